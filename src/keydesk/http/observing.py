"""Reports every request to metrics, the access log and traces."""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.telemetry.served import UNMATCHED, OnServed, Served
from keydesk.telemetry.tracing import Tracing

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class ObservingMiddleware:
    """The outermost middleware, so that it also reports requests that others reject.

    `tracing` is None if requests are not traced. `prefix` is the API's prefix.
    """

    def __init__(
        self, app: ASGIApp, observers: Sequence[OnServed], tracing: Tracing | None, prefix: str
    ) -> None:
        self.app = app
        self.observers = tuple(observers)
        self.tracing = tracing
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began_at = time.perf_counter()
        status = 500

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._span(scope) as span:
            try:
                await self.app(scope, receive, send_noting_status)
            finally:
                seconds = time.perf_counter() - began_at
                served = Served(method_of(scope), route_of(scope, self.prefix), status, seconds)
                if span is not None and self.tracing is not None:
                    self.tracing.served(span, served.route, served.method, status)
                for observer in self.observers:
                    observer(served)

    def _span(self, scope: Scope) -> AbstractContextManager["Span | None"]:
        if self.tracing is None:
            return nullcontext()
        return self.tracing.request(method_of(scope), Headers(scope=scope).get("traceparent"))


def method_of(scope: Scope) -> str:
    """Return the method, or `other` for an unknown one, so that callers cannot create labels."""
    method: str = scope["method"]
    return method if method in _METHODS else "other"


def route_of(scope: Scope, prefix: str) -> str:
    """Return the template of the route that served the request. Starlette gives API routes without their `prefix`."""
    template: str | None = getattr(scope.get("route"), "path", None)
    if template is None:
        return scope.get("root_path") or UNMATCHED
    is_ours = scope["path"].startswith(f"{prefix}/") and not template.startswith(f"{prefix}/")
    return f"{prefix}{template}" if is_ours else template
