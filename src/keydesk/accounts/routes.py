"""GET /user/info."""

from fastapi import APIRouter

from keydesk.access.route_rules import for_people
from keydesk.accounts.caller import Account
from keydesk.accounts.models import AccountView

router = APIRouter(tags=["account"])


@router.get("/user/info", **for_people())
async def my_account(account: Account) -> AccountView:
    """The caller's account; the first call provisions it."""
    return AccountView.of(await account())
