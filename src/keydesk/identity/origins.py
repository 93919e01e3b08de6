"""Keeps another site's page from acting with a person's cookie."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from keydesk.problems import UntrustedOrigin

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


def refuse_foreign_origin(method: str, headers: Headers) -> None:
    """Let a change pass only from our own pages: browsers name the page's origin with every such request.

    Not needed where the Authorization header carries the credential: no foreign page can set that one.
    Raises UntrustedOrigin.
    """
    if method in _SAFE_METHODS:
        return
    if not _is_ours(headers.get("origin", ""), headers.get("host", "")):
        raise UntrustedOrigin(
            "This change did not come from a page of the key desk.",
            hint="Programs send a bearer token in the Authorization header instead of a cookie.",
        )


def _is_ours(origin: str, host: str) -> bool:
    try:
        return bool(host) and urlsplit(origin).netloc == host
    except ValueError:
        return False
