"""Validates the page to open after signing in: a path of Keydesk only. Pure."""

from urllib.parse import urlsplit

from fastapi import Request

_LONGEST = 500


def requested_path(request: Request) -> str:
    """Return the requested path with its query. Encoded slashes in an id stay encoded."""
    raw: bytes = request.scope.get("raw_path") or b""
    path = raw.decode("ascii") if b"%2f" in raw.lower() and raw.isascii() else request.url.path
    return path + (f"?{request.url.query}" if request.url.query else "")


def own_path(wanted: str | None, otherwise: str = "/") -> str:
    """Return `wanted` with its query if it is a path of Keydesk, else `otherwise`.

    Browsers remove tabs and line breaks, read backslashes as slashes, and read two slashes as the start of a host
    name.
    """
    if not wanted or len(wanted) > _LONGEST or not wanted.isascii() or not wanted.isprintable():
        return otherwise
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.scheme or parts.netloc or parts.path.startswith("//") else wanted
