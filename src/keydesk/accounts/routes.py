"""GET /user/info."""

from fastapi import APIRouter, Request

from keydesk.access.auditors import Auditors
from keydesk.access.route_rules import for_people
from keydesk.accounts.caller import Account
from keydesk.accounts.models import AccountView
from keydesk.identity.caller import Caller
from keydesk.identity.principal import VerifiedCaller

router = APIRouter(tags=["account"])


@router.get("/user/info", **for_people())
async def my_account(request: Request, caller: Caller, account: Account) -> AccountView:
    """The caller's account; the first call provisions it."""
    auditors: Auditors = request.app.state.auditors
    user = await account()
    may_audit = await auditors.include(VerifiedCaller(caller, request.scope["token"]))
    return AccountView.of(user, can_view_audit=may_audit)
