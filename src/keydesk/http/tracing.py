"""Makes a span of every request. Added only where tracing is on."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.http.observing import method_of, route_of
from keydesk.telemetry.tracing import Tracing


class TracingMiddleware:
    """`prefix` is that of the API's routes."""

    def __init__(self, app: ASGIApp, tracing: Tracing, prefix: str) -> None:
        self.app = app
        self.tracing = tracing
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = method_of(scope)
        with self.tracing.request(method, Headers(scope=scope).get("traceparent")) as span:
            try:
                await self.app(scope, receive, send_noting_status)
            finally:
                self.tracing.served(span, route_of(scope, self.prefix), method, status)
