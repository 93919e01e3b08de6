"""Holds up addresses from which credentials are refused again and again.

A valid credential is never held up: behind one proxy or one office's address there are many people, and one
of them with a forgotten script must not lock out the others.
"""

from collections.abc import Collection
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.http.client_address import ClientAddress
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import TooManyRequests
from keydesk.kit.rate_limiter import RateLimiter

_UNAUTHORIZED = 401
_CLIENT_ERRORS = range(400, 500)


@dataclass(frozen=True, slots=True)
class SignInPaths:
    """`forms` are posted by people who sign in. A provider sends browsers to `callback` and itself calls `logout`."""

    forms: Collection[str]
    callback: str
    logout: str


class SignInLimitMiddleware:
    """Counts failures by address. Past the limit they are answered with 429.

    Failures are answers of 401 anywhere, and any client error of the callback and of the logout. Each request to
    a form counts. Past the limit, forms and callbacks are refused without looking at them, because each callback
    can cost a call of the provider. So `callbacks` counts those alone: a script whose token has expired must not
    keep the people at its address from signing in. A valid logout token always counts: all of them come from one
    address.
    """

    def __init__(
        self,
        app: ASGIApp,
        pace: RateLimiter,
        callbacks: RateLimiter,
        address: ClientAddress,
        paths: SignInPaths,
    ) -> None:
        self.app = app
        self.pace = pace
        self.callbacks = callbacks
        self.address = address
        self.paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if wait := self._wait_before(scope):
            await problem_response(TooManyRequests(wait))(scope, receive, send)
            return
        held_up = False

        async def send_unless_too_often(message: Message) -> None:
            nonlocal held_up
            if message["type"] == "http.response.start" and self._is_failure(scope, message["status"]):
                wait = self._pace_of(scope).take(self.address.of(scope))
                if wait:
                    held_up = True
                    await problem_response(TooManyRequests(wait))(scope, receive, send)
            if not held_up:
                await send(message)

        await self.app(scope, receive, send_unless_too_often)

    def _wait_before(self, scope: Scope) -> int:
        if scope["path"] in self.paths.forms and scope["method"] == "POST":
            return self.pace.take(self.address.of(scope))
        is_callback = scope["path"] == self.paths.callback
        return self.callbacks.wait(self.address.of(scope)) if is_callback else 0

    def _pace_of(self, scope: Scope) -> RateLimiter:
        return self.callbacks if scope["path"] == self.paths.callback else self.pace

    def _is_failure(self, scope: Scope, status: int) -> bool:
        if scope["path"] in {self.paths.callback, self.paths.logout}:
            return status in _CLIENT_ERRORS
        return status == _UNAUTHORIZED
