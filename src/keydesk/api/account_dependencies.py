"""The caller's account as a parameter of routes, of every slice.

A route asks for it in its body, `await account()`, and not before: FastAPI looks at the request's body only
after it has resolved dependencies, and a malformed request must not provision anybody.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from keydesk.accounts.service import Accounts
from keydesk.api.caller import Caller
from keydesk.litellm import User


async def calling_user(request: Request, caller: Caller) -> Callable[[], Awaitable[User]]:
    accounts: Accounts = request.app.state.accounts
    return lambda: accounts.of(caller)


Account = Annotated[Callable[[], Awaitable[User]], Depends(calling_user)]
