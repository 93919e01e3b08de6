"""Validates the page to open after signing in or after a form: a path of Keydesk only."""

from urllib.parse import urlsplit

from fastapi import Request

_LONGEST = 500
_LONGEST_LIST = 2000
"""URLs of lists hold search, filters and columns. They are never in a cookie."""


def requested_path(request: Request) -> str:
    """Return the requested path with its query. Encoded slashes in an id stay encoded."""
    raw: bytes = request.scope.get("raw_path") or b""
    path = raw.decode("ascii") if b"%2f" in raw.lower() and raw.isascii() else request.url.path
    return path + (f"?{request.url.query}" if request.url.query else "")


def own_path(wanted: str | None, otherwise: str = "/", longest: int = _LONGEST) -> str:
    """Return `wanted` with its query if it is a path of Keydesk, else `otherwise`.

    Browsers remove tabs and line breaks, read backslashes as slashes, and read two slashes as the start of a host
    name.
    """
    if not wanted or len(wanted) > longest or not wanted.isascii() or not wanted.isprintable():
        return otherwise
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.scheme or parts.netloc or parts.path.startswith("//") else wanted


async def page_after(request: Request, otherwise: str) -> str:
    """Return the page to open after a form: `next` in the form or else in the query, or else `otherwise`.

    A list passes its own URL, so that search, filters and page are kept.
    """
    sent = (await request.form()).get("next") if request.method == "POST" else None
    wanted = sent if isinstance(sent, str) else request.query_params.get("next")
    return own_path(wanted, otherwise, _LONGEST_LIST)
