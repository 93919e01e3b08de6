"""Gives every request an id: the caller's own when it is a plain token, else a new one."""

import itertools
import re
import secrets
from collections.abc import Iterable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.observability.request_context import RequestContext, enter_request

HEADER = "x-request-id"
_HEADER = HEADER.encode()
RawHeader = tuple[bytes, bytes]
_PLAIN = re.compile(rb"[A-Za-z0-9_.-]{8,64}")


class RequestIds:
    """Binds an id to the log and audit context of each request."""

    def __init__(self) -> None:
        self._process = secrets.token_hex(8)
        self._numbers = itertools.count(1)

    def begin(self, scope: Scope, asked: bytes | None) -> RawHeader:
        """The header to answer with. `asked` is the id that the caller brings, if there is one."""
        if asked is not None and _PLAIN.fullmatch(asked):
            request_id = str(asked, "ascii")
        else:
            request_id = f"{self._process}{next(self._numbers):016x}"
        client = scope.get("client")
        enter_request(RequestContext(request_id, client[0] if client else None))
        structlog.contextvars.bind_contextvars(request_id=request_id)
        return _HEADER, request_id.encode()


class RequestIdMiddleware:
    """Gives the id back in `X-Request-Id`."""

    def __init__(self, app: ASGIApp, ids: RequestIds) -> None:
        self.app = app
        self.ids = ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        shown = self.ids.begin(scope, _asked(scope["headers"]))

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), shown]
            await send(message)

        await self.app(scope, receive, send_with_id)


def _asked(headers: Iterable[RawHeader]) -> bytes | None:
    """The first that may be used."""
    return next((value for name, value in headers if name == _HEADER and _PLAIN.fullmatch(value)), None)
