"""Limits the size of request bodies, and the time that a request may wait for other services.

FastAPI's own `max_body_size` is not used: it responds before all other middleware, in plain text.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.kit.deadline import limited_to
from keydesk.kit.messages import message
from keydesk.kit.problem_response import problem_response
from keydesk.kit.problems import BodyTooLarge, MalformedRequest, Problem

MAX_BODY_BYTES = 64 * 1024
"""The largest valid body, a key with its metadata, is under 16 KiB."""
_LINGER_BYTES = 16 * 1024 * 1024
_LINGER_SECONDS = 2.0


class BodyLimitMiddleware:
    """Rejects bodies over `max_body_bytes`. `by_path` has the limits of paths with a limit of their own."""

    def __init__(
        self,
        app: ASGIApp,
        max_body_bytes: int = MAX_BODY_BYTES,
        by_path: Mapping[str, int] | None = None,
    ) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.by_path = by_path or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        max_bytes = self.by_path.get(scope["path"], self.max_body_bytes)
        problem = _problem(scope, max_bytes)
        body = _Body(receive, max_bytes, is_too_large=isinstance(problem, BodyTooLarge))
        app = self.app if problem is None else problem_response(problem)
        await app(scope, body.receive, body.lingering(send))


def _problem(scope: Scope, max_bytes: int) -> Problem | None:
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdecimal():
        return MalformedRequest(message("The Content-Length header is not a number."))
    return BodyTooLarge(max_bytes) if int(length) > max_bytes else None


class _Body:
    """The body of a request while it is received."""

    def __init__(self, receive: Receive, max_bytes: int, *, is_too_large: bool) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._is_too_large = is_too_large
        self._received = 0

    async def receive(self) -> Message:
        """Receive a message. Raises Starlette's HTTPException with 413 if the body is over the limit."""
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self._max_bytes:
            self._is_too_large = True
            raise HTTPException(413)
        return message

    def lingering(self, send: Send) -> Send:
        """Return a `send` that reads the rest of a too large body before the response ends.

        Closing a connection with unread data resets it, and the client may not receive the response.
        """

        async def send_lingering(message: Message) -> None:
            is_end = message["type"] == "http.response.body" and not message.get("more_body", False)
            if not (is_end and self._is_too_large):
                await send(message)
                return
            await send({**message, "more_body": True})
            with suppress(TimeoutError):
                async with asyncio.timeout(_LINGER_SECONDS):
                    await self._drain()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        return send_lingering

    async def _drain(self) -> None:
        drained = 0
        while drained < _LINGER_BYTES:
            message = await self._receive()
            drained += len(message.get("body", b""))
            if not message.get("more_body", False):
                return


class TimeLimitMiddleware:
    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with limited_to(self.seconds if scope["type"] == "http" else None):
            await self.app(scope, receive, send)
