"""Sends a cached JSON body: 304 if the client has it already, and compressed if the client accepts gzip."""

from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from keydesk.cache.cache import CachedResult
from keydesk.cache.cached_json import CachedJson
from keydesk.http.reply import RawHeaders

_CONTENT_TYPE = (b"content-type", b"application/json")
CACHE_HEADERS = (
    # Only the browser may cache the response, and it must revalidate it each time.
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"Authorization, Cookie, Accept-Encoding"),
)
_GZIP = (b"content-encoding", b"gzip")
_WARNING = (b"warning", b'111 keydesk "LiteLLM is unavailable; this response is cached"')
_REMEMBERED = 4096
_CURRENT: CachedResult[Any] = CachedResult(None)


class CachedAnswer(Response):
    """A cached body as an ASGI response. The middleware adds the headers that every response has."""

    def __init__(self, content: CachedJson, result: CachedResult[Any] = _CURRENT) -> None:
        # Response.__init__ would render a body and headers. FastAPI needs only these two attributes.
        self.background = None
        self.status_code = 200
        self._content = content
        self._result = result

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        if_none_match, accepts_gzip = _conditions(scope["headers"])
        status, headers, body = self.message(if_none_match, accepts_gzip=accepts_gzip)
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    def message(self, if_none_match: bytes | None, *, accepts_gzip: bool) -> tuple[int, RawHeaders, bytes]:
        """Return status, headers and body. `if_none_match` is the value of the request's header."""
        content = self._content
        compressed = content.compressed() if accepts_gzip else None
        etag = content.etag if compressed is None else content.etag_compressed
        age = int(self._result.age_seconds) if self._result.in_outage else None
        if if_none_match is not None and etag_matches(if_none_match, etag):
            return 304, _headers(etag, age), b""
        body = content.body if compressed is None else compressed
        return 200, _headers(etag, age, len(body), is_compressed=compressed is not None), body


@lru_cache(_REMEMBERED)
def _headers(
    etag: bytes, age: int | None, length: int | None = None, *, is_compressed: bool = False
) -> RawHeaders:
    """Return the headers of a body of `length` bytes, or of a 304 without one. `age` is known in an outage only."""
    headers = [*CACHE_HEADERS, (b"etag", etag)]
    if age is not None:
        headers += [(b"age", str(age).encode()), _WARNING]
    if is_compressed:
        headers.append(_GZIP)
    if length is not None:
        headers += [_CONTENT_TYPE, (b"content-length", str(length).encode())]
    return tuple(headers)


def _conditions(headers: RawHeaders) -> tuple[bytes | None, bool]:
    """Return If-None-Match, and whether the client accepts gzip."""
    etags, gzip = None, False
    for name, value in headers:
        if name == b"if-none-match":
            etags = value
        elif name == b"accept-encoding":
            gzip = accepts_gzip_encoding(value)
    return etags, gzip


@lru_cache(_REMEMBERED)
def accepts_gzip_encoding(accepted: bytes) -> bool:
    """Return whether a value of Accept-Encoding allows gzip."""
    for each in accepted.lower().split(b","):
        coding, _, quality = each.partition(b";")
        if coding.strip() == b"gzip":
            return quality.replace(b" ", b"") not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}
    return False


def is_not_modified(request: Request, etag: str) -> bool:
    """Return whether the client has the version with this entity tag."""
    return etag_matches(request.headers.get("if-none-match", "").encode(), etag.encode())


def etag_matches(if_none_match: bytes, etag: bytes) -> bool:
    """Compare as RFC 9110 says: a list of entity tags or `*`, with the weak comparison."""
    tags = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
    return etag.removeprefix(b"W/") in tags or b"*" in tags
