"""Limits requests per person and failed sign-ins per address. Rejects with 429 and Retry-After."""

from collections.abc import Collection
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.http.client_address import ClientAddress
from keydesk.http.overload import RequestKinds
from keydesk.kit.clock import Clock
from keydesk.kit.people import Person
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import TooManyRequests
from keydesk.kit.rate_limiter import RateLimiter
from keydesk.settings import Limits

_UNAUTHORIZED = 401
_CLIENT_ERRORS = range(400, 500)


class RateLimitMiddleware:
    """Limits the reads and the changes of each verified caller."""

    def __init__(
        self,
        app: ASGIApp,
        reads: RateLimiter | None,
        writes: RateLimiter | None,
        kinds: RequestKinds,
    ) -> None:
        self.app = app
        self.reads = reads
        self.writes = writes
        self.kinds = kinds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = scope.get("principal")
        if principal is not None:
            limiter = self.writes if self.kinds.is_change(scope) else self.reads
            name = principal.ref if isinstance(principal, Person) else principal.subject
            wait = limiter.take(name) if limiter is not None else 0
            if wait:
                await problem_response(TooManyRequests(wait))(scope, receive, send)
                return
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class SignInPaths:
    """Sign-in paths. Browsers post to `forms`. The provider redirects them to `callback` and itself calls `logout`."""

    forms: Collection[str]
    callback: str
    logout: str


class SignInLimitMiddleware:
    """Counts failed sign-ins by address. Over the limit, it turns them into 429.

    A failure is a 401 on any path, or a client error of the callback or the logout. Each request to a form counts.
    Over the limit, the middleware rejects forms and callbacks before they run, because a callback can cost a call to
    the provider. `callbacks` counts only callbacks: a script with an expired token must not prevent people at the same
    address from signing in. Requests with a valid credential or logout token always pass, because many people can
    share one address.
    """

    def __init__(
        self,
        app: ASGIApp,
        limiter: RateLimiter,
        callbacks: RateLimiter,
        address: ClientAddress,
        paths: SignInPaths,
    ) -> None:
        self.app = app
        self.limiter = limiter
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
        is_rejected = False

        async def send_unless_over_limit(message: Message) -> None:
            nonlocal is_rejected
            if message["type"] == "http.response.start" and self._is_failure(scope, message["status"]):
                wait = self._limiter_for(scope).take(self.address.of(scope))
                if wait:
                    is_rejected = True
                    await problem_response(TooManyRequests(wait))(scope, receive, send)
            if not is_rejected:
                await send(message)

        await self.app(scope, receive, send_unless_over_limit)

    def _wait_before(self, scope: Scope) -> int:
        if scope["path"] in self.paths.forms and scope["method"] == "POST":
            return self.limiter.take(self.address.of(scope))
        is_callback = scope["path"] == self.paths.callback
        return self.callbacks.wait(self.address.of(scope)) if is_callback else 0

    def _limiter_for(self, scope: Scope) -> RateLimiter:
        return self.callbacks if scope["path"] == self.paths.callback else self.limiter

    def _is_failure(self, scope: Scope, status: int) -> bool:
        if scope["path"] in {self.paths.callback, self.paths.logout}:
            return status in _CLIENT_ERRORS
        return status == _UNAUTHORIZED


def limit_people(app: FastAPI, limits: Limits, clock: Clock, kinds: RequestKinds) -> RateLimiter | None:
    """Limit the requests of each person. Return the limiter of reads, which the fast lane shares, or None."""
    reads, writes = limiter_of(limits.reads_per_minute, clock), limiter_of(limits.writes_per_minute, clock)
    if reads is not None or writes is not None:
        app.add_middleware(RateLimitMiddleware, reads=reads, writes=writes, kinds=kinds)
    return reads


def limit_sign_ins(app: FastAPI, limits: Limits, clock: Clock, paths: SignInPaths) -> None:
    """Limit failed sign-ins by address if the settings have a limit."""
    limiter = limiter_of(limits.failed_sign_ins_per_minute, clock)
    callbacks = limiter_of(limits.failed_sign_ins_per_minute, clock)
    if limiter is not None and callbacks is not None:
        address = ClientAddress(limits.proxies)
        app.add_middleware(
            SignInLimitMiddleware, limiter=limiter, callbacks=callbacks, address=address, paths=paths
        )


def limiter_of(per_minute: int | None, clock: Clock) -> RateLimiter | None:
    """Return a limiter, or None for no limit."""
    return None if per_minute is None else RateLimiter(per_minute, lambda: clock().timestamp())
