"""Where somebody goes after signing in: a page of ours that they asked for, and never anywhere else. Pure."""

from urllib.parse import urlsplit

from fastapi import Request

_LONGEST = 500


def asked_path(request: Request) -> str:
    """Return the path that was asked for, with its query. Slashes inside of an id stay encoded."""
    raw: bytes = request.scope.get("raw_path") or b""
    path = raw.decode("ascii") if b"%2f" in raw.lower() and raw.isascii() else request.url.path
    return path + (f"?{request.url.query}" if request.url.query else "")


def own_path(wanted: str | None, otherwise: str = "/") -> str:
    """`wanted` if it is a plain path of ours, with its query.

    Browsers drop tabs and line breaks, take backslashes for slashes, and two slashes for the start of a host name.
    """
    if not wanted or len(wanted) > _LONGEST or not wanted.isascii() or not wanted.isprintable():
        return otherwise
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.scheme or parts.netloc or parts.path.startswith("//") else wanted
