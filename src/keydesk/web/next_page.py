"""Where somebody goes after signing in: a page of ours that they asked for, and never anywhere else. Pure."""

from urllib.parse import urlsplit

from fastapi import Request

_LONGEST = 500


def asked_path(request: Request) -> str:
    """The path that was asked for, with its query."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


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
