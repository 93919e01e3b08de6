"""Refuses a body that announces itself as too large, before anything else looks at the request.

Bodies without a length are counted while they are read, by FastAPI's own `max_body_size`.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.http.problem_response import problem_response
from keydesk.problems import BodyTooLarge, MalformedRequest, Problem

MAX_BODY_BYTES = 64 * 1024
"""The largest valid body, a key with its metadata, is under 16 KiB."""


class AnnouncedBodyLimitMiddleware:
    def __init__(self, app: ASGIApp, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._problem(scope) if scope["type"] == "http" else None
        if problem is None:
            await self.app(scope, receive, send)
        else:
            await problem_response(problem)(scope, receive, send)

    def _problem(self, scope: Scope) -> Problem | None:
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal():
            return MalformedRequest("The Content-Length header is not a number.")
        return BodyTooLarge(self.max_body_bytes) if int(announced) > self.max_body_bytes else None
