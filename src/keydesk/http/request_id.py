"""Gives every request an id: the caller's own when it is a plain token, else a new one."""

import itertools
import re
import secrets

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.observability.request_context import RequestContext, enter_request

HEADER = "x-request-id"
_HEADER = HEADER.encode()
_PLAIN = re.compile(rb"[A-Za-z0-9_.-]{8,64}")


class RequestIdMiddleware:
    """Binds the id to the log and audit context and returns it in `X-Request-Id`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._process = secrets.token_hex(8)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = self._request_id(scope)
        shown = (_HEADER, request_id.encode())
        client = scope.get("client")
        enter_request(RequestContext(request_id, client[0] if client else None))
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), shown]
            await send(message)

        await self.app(scope, receive, send_with_id)

    def _request_id(self, scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == _HEADER and _PLAIN.fullmatch(value):
                return str(value, "ascii")
        return f"{self._process}{next(self._numbers):016x}"
