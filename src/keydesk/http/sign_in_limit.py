"""Holds up addresses from which credentials are refused again and again.

A valid credential is never held up: behind one proxy or one office's address there are many people, and one
of them with a forgotten script must not lock out the others.
"""

from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.http.client_address import ClientAddress
from keydesk.http.pace import Pace
from keydesk.http.problem_response import problem_response
from keydesk.problems import TooManyRequests

_UNAUTHORIZED = 401


class SignInLimitMiddleware:
    """Counts answers of 401 by address. Past the limit they become 429, and the sign-in routes 429 at once.

    `paths` are the routes by which people sign in; each request to one counts.
    """

    def __init__(self, app: ASGIApp, pace: Pace, address: ClientAddress, paths: Collection[str]) -> None:
        self.app = app
        self.pace = pace
        self.address = address
        self.paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"] in self.paths and scope["method"] == "POST" and (wait := self._count(scope)):
            await problem_response(TooManyRequests(wait))(scope, receive, send)
            return
        held_up = False

        async def send_unless_too_often(message: Message) -> None:
            nonlocal held_up
            if message["type"] == "http.response.start" and message["status"] == _UNAUTHORIZED:
                wait = self._count(scope)
                if wait:
                    held_up = True
                    await problem_response(TooManyRequests(wait))(scope, receive, send)
            if not held_up:
                await send(message)

        await self.app(scope, receive, send_unless_too_often)

    def _count(self, scope: Scope) -> int:
        return self.pace.take(self.address.of(scope))
