"""Adds security headers to every response, and prevents caching unless a route allows it."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?")
_CONNECTIONS = "connections"
"""The member of the scope with the origin that this one page may connect to."""
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
                message["headers"] = completed(message.get("headers", ()), scope.get(_CONNECTIONS))
            await send(message)

        await self.app(scope, receive, send_with_headers)


_RAW_ALWAYS = [(name.encode(), value.encode()) for name, value in _ALWAYS.items()]
_RAW_DEFAULTS = [(name.encode(), value.encode()) for name, value in _DEFAULTS.items()]
_RAW_NAMES = frozenset(name for name, _ in _RAW_ALWAYS)


def allow_connections(scope: Scope, url: str) -> None:
    """Let scripts of the page that answers this request connect to the origin of `url`, a configured URL.

    An origin with characters that have a meaning in the policy is not added.
    """
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if _ORIGIN.fullmatch(origin):
        scope[_CONNECTIONS] = origin


def completed(
    headers: Iterable[tuple[bytes, bytes]], connections: str | None = None
) -> list[tuple[bytes, bytes]]:
    """Return `headers` followed by the security headers. ASGI header names are lower case already."""
    kept = [header for header in headers if header[0] not in _RAW_NAMES]
    names = {name for name, _ in kept}
    always = _RAW_ALWAYS if connections is None else _with_connections(connections)
    return [*kept, *always, *(header for header in _RAW_DEFAULTS if header[0] not in names)]


def _with_connections(origin: str) -> list[tuple[bytes, bytes]]:
    policy = CONTENT_SECURITY_POLICY.replace("connect-src 'self'", f"connect-src 'self' {origin}")
    return [*_RAW_ALWAYS[1:], (b"content-security-policy", policy.encode())]
