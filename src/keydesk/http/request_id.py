"""Generates an id for every request. The X-Request-Id that a caller sends is recorded as `claimed_request_id`."""

import itertools
import re
import secrets
from collections.abc import Iterable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.http.reply import RawHeader
from keydesk.kit.request_context import RequestContext, enter_request

_REQUEST_ID: Final = b"x-request-id"
_FORWARDED_FOR: Final = b"x-forwarded-for"
_LONGEST_SOURCE: Final = 255
_PLAIN = re.compile(rb"[A-Za-z0-9_.-]{8,64}")


class RequestIds:
    """Generates request ids and sets them as the context of logs and the audit log."""

    def __init__(self) -> None:
        self._process = secrets.token_hex(8)
        self._numbers = itertools.count(1)

    def begin(self, scope: Scope) -> RawHeader:
        """Generate the id of a request. Return the response header that contains it."""
        request_id = f"{self._process}{next(self._numbers):016x}"
        claimed_id, claimed_source = _claims(scope["headers"])
        client = scope.get("client")
        enter_request(RequestContext(request_id, client[0] if client else None, claimed_id, claimed_source))
        return _REQUEST_ID, request_id.encode()


class RequestIdMiddleware:
    """Adds the request id to each response as `X-Request-Id`."""

    def __init__(self, app: ASGIApp, ids: RequestIds) -> None:
        self.app = app
        self.ids = ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        shown = self.ids.begin(scope)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), shown]
            await send(message)

        await self.app(scope, receive, send_with_id)


def _claims(headers: Iterable[RawHeader]) -> tuple[str | None, str | None]:
    """Return the first valid X-Request-Id and the addresses of all X-Forwarded-For headers, or None for each."""
    request_id, addresses = None, []
    for name, value in headers:
        if name == _REQUEST_ID and request_id is None and _PLAIN.fullmatch(value):
            request_id = value.decode("ascii")
        elif name == _FORWARDED_FOR:
            addresses.append(value.decode("latin-1").strip())
    # Keep the end: the proxy nearest to Keydesk appends there.
    return request_id, ", ".join(addresses)[-_LONGEST_SOURCE:] or None
