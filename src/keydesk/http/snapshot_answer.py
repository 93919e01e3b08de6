"""Answers with the bytes of a snapshot: 304 where the caller has them already, compressed where that is accepted."""

from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from keydesk.snapshots.cache import Seen
from keydesk.snapshots.encoded import Encoded

RawHeaders = list[tuple[bytes, bytes]]
_TYPE = (b"content-type", b"application/json")
_KEEPING = (
    # A browser may keep it for the person alone, and must ask each time whether it still holds.
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"Authorization, Cookie, Accept-Encoding"),
)
_STALE = (b"warning", b'111 keydesk "LiteLLM cannot be reached; this is what it said last"')


class SnapshotAnswer(Response):
    """One snapshot as an ASGI answer. Headers that every answer carries are not its business."""

    def __init__(self, encoded: Encoded[Any], seen: Seen[Any]) -> None:
        # Response.__init__ would prepare a body and headers of its own; the framework asks for these two alone.
        self.background = None
        self.status_code = 200
        self._encoded = encoded
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        asked_etags, accepts_gzip = _asked(scope["headers"])
        encoded = self._encoded
        packed = encoded.compressed() if accepts_gzip else None
        etag = encoded.etag if packed is None else encoded.etag[:-1] + b'-gzip"'
        headers: RawHeaders = [*_KEEPING, (b"etag", etag)]
        if self._seen.in_outage:
            headers += [(b"age", str(int(self._seen.age_seconds)).encode()), _STALE]
        if asked_etags is not None and _matches(asked_etags, etag):
            await _send(send, 304, headers, b"")
            return
        body = encoded.body if packed is None else packed
        if packed is not None:
            headers.append((b"content-encoding", b"gzip"))
        headers += [_TYPE, (b"content-length", str(len(body)).encode())]
        await _send(send, 200, headers, body)


async def _send(send: Send, status: int, headers: RawHeaders, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _asked(headers: RawHeaders) -> tuple[bytes | None, bool]:
    etags, gzip = None, False
    for name, value in headers:
        if name == b"if-none-match":
            etags = value
        elif name == b"accept-encoding":
            gzip = _takes_gzip(value)
    return etags, gzip


def _takes_gzip(accepted: bytes) -> bool:
    for each in accepted.lower().split(b","):
        coding, _, quality = each.partition(b";")
        if coding.strip() == b"gzip":
            return quality.replace(b" ", b"") not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}
    return False


def _matches(asked: bytes, etag: bytes) -> bool:
    """RFC 9110: a list of tags or `*`, compared weakly."""
    tags = {tag.strip().removeprefix(b"W/") for tag in asked.split(b",")}
    return etag in tags or b"*" in tags
