"""Keeps another site's page from acting with a person's cookie."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from keydesk.problems import UntrustedOrigin

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_OUR_OWN = {"same-origin", "none"}


def refuse_foreign_origin(method: str, headers: Headers) -> None:
    """Let a change pass only from our own pages: browsers name the page's origin with every such request.

    Not needed where the Authorization header carries the credential: no foreign page can set that one.
    Raises UntrustedOrigin.
    """
    if method in SAFE_METHODS:
        return
    from_ours = headers.get("sec-fetch-site", "same-origin") == "same-origin"
    if not from_ours or not _is_ours(headers.get("origin", ""), headers.get("host", "")):
        raise UntrustedOrigin(
            "This change did not come from a page of the key desk.",
            hint="Programs send a bearer token in the Authorization header instead of a cookie.",
        )


def refuse_foreign_navigation(headers: Headers) -> None:
    """Let a browser open an address that changes something only if a person, or our own page, asked for it.

    `Sec-Fetch-Site` is `none` for an address that a person typed or a program opened, and cannot be set by
    pages. A browser that loads a page before anybody asked says so in `Sec-Purpose`. Not needed where the
    Authorization header carries the credential. Raises UntrustedOrigin.
    """
    if "authorization" in headers:
        return
    if headers.get("sec-fetch-site") not in _OUR_OWN or "sec-purpose" in headers:
        raise UntrustedOrigin(
            "This address was not opened by you or by a page of the key desk.",
            hint="Open it in the browser itself; over plain http that works on localhost only.",
        )


def _is_ours(origin: str, host: str) -> bool:
    try:
        return bool(host) and urlsplit(origin).netloc == host
    except ValueError:
        return False
