"""Faults between Keydesk and another service, as values, with the responses that a caller may get."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

CANARY = "upstream-canary-sk-abcdefghijklmnopqrstuvwx"
"""Part of every text of a faulty service. It must not reach a caller."""


@dataclass(frozen=True)
class Works:
    """No fault."""


@dataclass(frozen=True)
class Refused:
    """The connection is refused."""


@dataclass(frozen=True)
class HalfOpen:
    """The network accepts all data and returns nothing, also on open connections."""


@dataclass(frozen=True)
class Dripping:
    """The response arrives byte by byte."""

    pause_seconds: float = 0.5


@dataclass(frozen=True)
class Cut:
    """The response ends after this many bytes, with a reset or a normal close."""

    after_bytes: int
    by_reset: bool = True


@dataclass(frozen=True)
class Canned:
    """The response to every request."""

    answer: bytes = field(repr=False)


Fault = Works | Refused | HalfOpen | Dripping | Cut | Canned


def canned(status: int, content: Any, content_type: str = "application/json", *more: str) -> Canned:
    """Return an HTTP response. `content` is dumped as JSON unless it is bytes. `more` are header lines."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    lines = [f"HTTP/1.1 {status} Said", f"content-type: {content_type}", f"content-length: {len(body)}"]
    return Canned("\r\n".join([*lines, "connection: close", *more, "", ""]).encode() + body)


def _error(status: int) -> dict[str, Any]:
    error = {"message": f"No connection to postgres://llm:{CANARY}@db", "type": "error", "code": str(status)}
    return {"error": error}


REFUSING = {502, 503}
_PAGE = f"<html><head><title>{CANARY}</title></head><body>{CANARY}</body></html>".encode()
_TEXT = json.dumps({"data": CANARY})

QUICK: dict[str, tuple[Fault, set[int]]] = {
    "refused": (Refused(), REFUSING),
    **{f"reset after {count} bytes": (Cut(count), REFUSING) for count in (0, 1, 9, 40, 120, 200, 300)},
    **{
        f"cut off after {count} bytes": (Cut(count, by_reset=False), REFUSING)
        for count in (0, 12, 90, 200, 250)
    },
    "no HTTP at all": (Canned(f"220 {CANARY} ESMTP\r\n".encode()), REFUSING),
    "headers without an end": (Canned(b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"b" * 200_000), REFUSING),
    "a page with 200": (canned(200, _PAGE, "text/html"), REFUSING),
    "a page with 503": (canned(503, _PAGE, "text/html"), REFUSING),
    "a page that says it is JSON": (canned(200, _PAGE), REFUSING),
    "truncated JSON": (canned(200, _TEXT[:-3].encode()), REFUSING),
    "a list": (canned(200, [CANARY]), REFUSING),
    "a text": (canned(200, CANARY), REFUSING),
    "a number": (canned(200, 7), REFUSING),
    "null": (canned(200, None), REFUSING),
    "deep JSON": (canned(200, b"[" * 100_000), REFUSING),
    "not UTF-8": (canned(200, b'{"data": "\xff\xfe"}'), REFUSING),
    "junk that says it is gzip": (
        canned(200, b"not gzip", "application/json", "content-encoding: gzip"),
        REFUSING,
    ),
    "members of the wrong type": (
        canned(200, {name: {"a": CANARY} for name in ("data", "keys", "teams", "user_id", "results", "key")}),
        REFUSING,
    ),
    "an error with 200": (canned(200, _error(500)), REFUSING),
    "a redirect": (canned(302, b"", "text/plain", f"location: http://127.0.0.1:9/{CANARY}"), REFUSING),
    "401": (canned(401, _error(401)), REFUSING),
    "403": (canned(403, _error(403)), REFUSING),
    "429": (canned(429, _error(429), "application/json", "retry-after: 17"), {503}),
    "429 with a strange Retry-After": (
        canned(429, _error(429), "application/json", f"retry-after: {CANARY}"),
        {503},
    ),
    **{str(status): (canned(status, _error(status)), REFUSING) for status in (500, 502, 503, 504)},
}
"""Faults that fail immediately, with the statuses that a caller may get."""
HANGING: dict[str, tuple[Fault, set[int]]] = {
    "half-open": (HalfOpen(), {502, 503, 504}),
    "dripping": (Dripping(), {502, 503, 504}),
}
"""Faults with a long timeout."""


def texts_of(value: Any) -> Iterator[str]:
    """Return the body and headers of a response, where a canary could be."""
    yield value.text
    yield str(value.headers)
