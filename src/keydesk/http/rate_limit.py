"""Refuses people who come too often: 429, with the time to wait. Strangers are no concern of it."""

from collections.abc import Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.kit.people import Person
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import TooManyRequests
from keydesk.kit.rate_limiter import RateLimiter

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class RateLimitMiddleware:
    """Stands inside of `IdentityMiddleware`, whose finding it goes by. `changing` are GETs that change something."""

    def __init__(
        self,
        app: ASGIApp,
        reads: RateLimiter | None,
        writes: RateLimiter | None,
        changing: Collection[str] = (),
    ) -> None:
        self.app = app
        self.reads = reads
        self.writes = writes
        self.changing = frozenset(changing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        principal = scope.get("principal")
        if principal is not None:
            is_read = scope["method"] in _SAFE and scope["path"] not in self.changing
            pace = self.reads if is_read else self.writes
            name = principal.ref if isinstance(principal, Person) else principal.subject
            wait = pace.take(name) if pace is not None else 0
            if wait:
                await problem_response(TooManyRequests(wait))(scope, receive, send)
                return
        await self.app(scope, receive, send)
