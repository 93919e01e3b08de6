"""Reports every request to metrics and the access log, and traces it if tracing is on."""

import time
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.telemetry.served import UNMATCHED, OnServed, Served
from keydesk.telemetry.tracing import Tracing

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class ObservingMiddleware:
    """The outermost middleware, so that it also reports requests that others reject. `prefix` is the API's prefix."""

    def __init__(self, app: ASGIApp, observers: Sequence[OnServed], prefix: str) -> None:
        self.app = app
        self.observers = tuple(observers)
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

        try:
            await self.app(scope, receive, send_noting_status)
        finally:
            seconds = time.perf_counter() - began_at
            served = Served(method_of(scope), route_of(scope, self.prefix), status, seconds)
            for observer in self.observers:
                observer(served)


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


class TracingMiddleware:
    """Creates a span for every request. `prefix` is the API's prefix."""

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
