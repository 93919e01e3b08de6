"""Adds security headers to every response, and prevents caching unless a route allows it."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_DEFAULTS = {
    # With `no-referrer`, browsers would send `Origin: null` with Keydesk's own forms, as for a page of another site.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


class SecurityHeadersMiddleware:
    """Adds the fixed headers, and the defaults for caching and referrers if the route sets none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = completed(message.get("headers", ()))
            await send(message)

        await self.app(scope, receive, send_with_headers)


_RAW_ALWAYS = [(name.encode(), value.encode()) for name, value in _ALWAYS.items()]
_RAW_DEFAULTS = [(name.encode(), value.encode()) for name, value in _DEFAULTS.items()]
_RAW_NAMES = frozenset(name for name, _ in _RAW_ALWAYS)


def completed(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return `headers` followed by the security headers. ASGI header names are lower case already."""
    kept = [header for header in headers if header[0] not in _RAW_NAMES]
    names = {name for name, _ in kept}
    return [*kept, *_RAW_ALWAYS, *(header for header in _RAW_DEFAULTS if header[0] not in names)]
