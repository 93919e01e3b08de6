"""Refuses request bodies that are too large: announced ones at once, others as soon as they have grown too long.

FastAPI's own `max_body_size` is not used: it answers before all other middleware, in plain text.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.http.problem_response import problem_response
from keydesk.problems import BodyTooLarge, MalformedRequest, Problem

MAX_BODY_BYTES = 64 * 1024
"""The largest valid body, a key with its metadata, is under 16 KiB."""


class BodyLimitMiddleware:
    def __init__(self, app: ASGIApp, max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._problem(scope) if scope["type"] == "http" else None
        if problem is None:
            await self.app(scope, self._counting(receive), send)
        else:
            await problem_response(problem)(scope, receive, send)

    def _problem(self, scope: Scope) -> Problem | None:
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal():
            return MalformedRequest("The Content-Length header is not a number.")
        return BodyTooLarge(self.max_body_bytes) if int(announced) > self.max_body_bytes else None

    def _counting(self, receive: Receive) -> Receive:
        """`receive`, raising the framework's 413 to whoever reads past the limit."""
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_body_bytes:
                raise HTTPException(413)
            return message

        return receive_counted
