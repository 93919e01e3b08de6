"""Who reads, and their account from memory, as parameters of routes. Routes that change something take the live one.

As with the live one, a route asks for the account in its body: `await account()`.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from keydesk.api.answers import ViewAnswers
from keydesk.api.caller import Caller
from keydesk.kit.people import VerifiedCaller
from keydesk.litellm import User
from keydesk.views.service import Views


async def verified_caller(request: Request, caller: Caller) -> VerifiedCaller:
    return VerifiedCaller(caller, request.scope["token"])


async def known_user(request: Request, caller: Caller) -> Callable[[], Awaitable[User]]:
    reads: Views = request.app.state.reads

    async def account() -> User:
        return (await reads.account(caller)).value

    return account


async def recent_user(request: Request, caller: Caller) -> Callable[[], Awaitable[User]]:
    reads: Views = request.app.state.reads
    return lambda: reads.recent_account(caller)


async def read_answers(request: Request) -> ViewAnswers:
    answers: ViewAnswers = request.app.state.read_answers
    return answers


Reader = Annotated[VerifiedCaller, Depends(verified_caller)]
RecentAccount = Annotated[Callable[[], Awaitable[User]], Depends(recent_user)]
"""For rules that may go by what LiteLLM said a moment ago: never older than a fresh snapshot."""
KnownUser = Annotated[Callable[[], Awaitable[User]], Depends(known_user)]
Answers = Annotated[ViewAnswers, Depends(read_answers)]
