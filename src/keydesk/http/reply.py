"""A complete response that the server can write to the connection in one piece."""

from functools import lru_cache
from typing import NamedTuple

RawHeader = tuple[bytes, bytes]
RawHeaders = tuple[RawHeader, ...]
_REMEMBERED = 4096


class Reply(NamedTuple):
    """`headers` are the same for each response with this content. `own_header` belongs to this response only."""

    status: int
    headers: RawHeaders
    own_header: RawHeader
    body: bytes


@lru_cache(_REMEMBERED)
def header_lines(headers: RawHeaders) -> bytes:
    """Return the headers as lines of HTTP/1.1. Raises ValueError for a line break, which would start another header."""
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    if lines.count(b"\n") != len(headers) or lines.count(b"\r") != len(headers):
        raise ValueError("A header contains a line break.")
    return lines
