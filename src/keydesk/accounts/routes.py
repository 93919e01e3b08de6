"""GET /user/info."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from keydesk.access.route_rules import for_people
from keydesk.accounts.models import AccountView
from keydesk.accounts.service import Accounts
from keydesk.identity.caller import Caller
from keydesk.litellm import User

router = APIRouter(tags=["account"])


def accounts_service(request: Request) -> Accounts:
    service: Accounts = request.app.state.accounts
    return service


AccountsService = Annotated[Accounts, Depends(accounts_service)]


async def calling_user(caller: Caller, accounts: AccountsService) -> User:
    return await accounts.of(caller)


Account = Annotated[User, Depends(calling_user)]
"""The caller's account in LiteLLM, provisioned by now: a parameter of the routes of every slice."""


@router.get("/user/info", **for_people())
async def my_account(account: Account) -> AccountView:
    """The caller's account; the first call provisions it."""
    return AccountView.of(account)
