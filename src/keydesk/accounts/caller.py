"""The caller's account as a parameter of routes, of every slice: provisioned by the time a route runs."""

from typing import Annotated

from fastapi import Depends, Request

from keydesk.accounts.service import Accounts
from keydesk.identity.caller import Caller
from keydesk.litellm import User


async def calling_user(request: Request, caller: Caller) -> User:
    accounts: Accounts = request.app.state.accounts
    return await accounts.of(caller)


Account = Annotated[User, Depends(calling_user)]
