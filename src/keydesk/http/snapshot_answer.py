"""Answers with the bytes of a snapshot: 304 where the caller has them already, compressed where that is accepted."""

from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from keydesk.cache.cache import CachedResult
from keydesk.cache.cached_json import CachedJson

RawHeaders = list[tuple[bytes, bytes]]
_TYPE = (b"content-type", b"application/json")
KEEPING = (
    # A browser may keep it for the person alone, and must ask each time whether it still holds.
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"Authorization, Cookie, Accept-Encoding"),
)
_PACKED = (b"content-encoding", b"gzip")
_STALE = (b"warning", b'111 keydesk "LiteLLM cannot be reached; this is what it said last"')
_NOW: CachedResult[Any] = CachedResult(None)


class CachedAnswer(Response):
    """One snapshot as an ASGI answer. Headers that every answer carries are not its business."""

    def __init__(self, ready: CachedJson, seen: CachedResult[Any] = _NOW) -> None:
        # Response.__init__ would prepare a body and headers of its own; the framework asks for these two alone.
        self.background = None
        self.status_code = 200
        self._ready = ready
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        asked_etags, accepts_gzip = _asked(scope["headers"])
        status, headers, body = self.message(asked_etags, accepts_gzip=accepts_gzip)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def message(self, asked_etags: bytes | None, *, accepts_gzip: bool) -> tuple[int, RawHeaders, bytes]:
        """Status, headers and body. `asked_etags` is the request's If-None-Match."""
        ready = self._ready
        packed = ready.compressed() if accepts_gzip else None
        etag = ready.etag if packed is None else ready.etag_compressed
        headers: RawHeaders = [*KEEPING, (b"etag", etag)]
        if self._seen.in_outage:
            headers += [(b"age", str(int(self._seen.age_seconds)).encode()), _STALE]
        if asked_etags is not None and _matches(asked_etags, etag):
            return 304, headers, b""
        body = ready.body if packed is None else packed
        if packed is not None:
            headers.append(_PACKED)
        headers += [_TYPE, (b"content-length", str(len(body)).encode())]
        return 200, headers, body


def _asked(headers: RawHeaders) -> tuple[bytes | None, bool]:
    etags, gzip = None, False
    for name, value in headers:
        if name == b"if-none-match":
            etags = value
        elif name == b"accept-encoding":
            gzip = takes_gzip(value)
    return etags, gzip


def takes_gzip(accepted: bytes) -> bool:
    for each in accepted.lower().split(b","):
        coding, _, quality = each.partition(b";")
        if coding.strip() == b"gzip":
            return quality.replace(b" ", b"") not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}
    return False


def _matches(asked: bytes, etag: bytes) -> bool:
    """RFC 9110: a list of tags or `*`, compared weakly."""
    tags = {tag.strip().removeprefix(b"W/") for tag in asked.split(b",")}
    return etag.removeprefix(b"W/") in tags or b"*" in tags
