"""Gives every request an id: the caller's own when it is a plain token, else a new one."""

import re
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.observability.request_context import RequestContext, enter_request

HEADER = "x-request-id"
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{8,64}")


class RequestIdMiddleware:
    """Binds the id to the log and audit context and returns it in `X-Request-Id`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent_by_caller = Headers(scope=scope).get(HEADER, "")
        request_id = sent_by_caller if _PLAIN.fullmatch(sent_by_caller) else uuid.uuid4().hex
        client = scope.get("client")
        enter_request(RequestContext(request_id, client[0] if client else None))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self.app(scope, receive, send_with_id)
