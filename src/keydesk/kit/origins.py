"""Keeps pages of other sites from making a browser act with a person's credential. Pure.

A browser adds cookies by itself, and a reverse proxy may add a bearer token or identity headers to whatever request
the browser sends. So the check goes by what browsers say of the page, whichever credential the request has.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from keydesk.kit.problems import UntrustedOrigin

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_BY_OURSELVES = {"same-origin", "none"}


class Origins:
    """`allowed` are origins of pages besides Keydesk's own, such as https://backstage.example.com."""

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self._allowed = frozenset(map(origin_of, allowed))

    def refuse_foreign_change(self, method: str, headers: Headers, *, is_ambient: bool) -> None:
        """Let a change pass only from an allowed page. Raises UntrustedOrigin.

        `is_ambient` says that the credential is a cookie or the word of a proxy: then the request must name its
        page in `Origin`. With a bearer token, a request that names no page is a program's and passes.
        """
        if method in SAFE_METHODS:
            return
        if is_ambient and not self._names_allowed_page(headers):
            raise _untrusted(headers)
        if not self._is_allowed(headers):
            raise _untrusted(headers)

    def refuse_foreign_navigation(self, headers: Headers) -> None:
        """Let a browser open an address that changes something only if a person or an allowed page asked for it.

        `Sec-Fetch-Site` is `none` for an address that a person typed or a program opened, and cannot be set by
        pages. A browser that loads a page before anybody asked says so in `Sec-Purpose`. A request without any of
        these headers is a program's, and needs a bearer token. Raises UntrustedOrigin.
        """
        is_program = "authorization" in headers and "sec-fetch-site" not in headers
        is_asked_for = is_program or headers.get("sec-fetch-site") in _BY_OURSELVES or "origin" in headers
        if not is_asked_for or "sec-purpose" in headers or not self._is_allowed(headers):
            raise UntrustedOrigin(
                "This address was not opened by you or by a page of Keydesk.",
                hint="Open it in the browser itself. Over plain http that works on localhost only.",
            )

    def _is_allowed(self, headers: Headers) -> bool:
        """Whether nothing that a browser says of the page speaks against it."""
        site = headers.get("sec-fetch-site")
        if site in _BY_OURSELVES:
            return True
        if site is not None:
            # The page is another site's for sure, even if it is served under the same name over plain http.
            return self._is_configured(headers)
        return "origin" not in headers or self._names_allowed_page(headers)

    def _names_allowed_page(self, headers: Headers) -> bool:
        return self._is_configured(headers) or (
            headers.get("sec-fetch-site", "same-origin") == "same-origin" and _is_own(headers)
        )

    def _is_configured(self, headers: Headers) -> bool:
        origins = headers.getlist("origin")
        return len(origins) == 1 and origins[0].lower() in self._allowed


def origin_of(address: str) -> str:
    """The origin of an http address, as browsers write it: without path, and without the scheme's own port."""
    parts = urlsplit(address)
    port = "" if parts.port in {None, {"http": 80, "https": 443}.get(parts.scheme)} else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def _is_own(headers: Headers) -> bool:
    origins, host = headers.getlist("origin"), headers.get("host", "")
    try:
        return bool(host) and len(origins) == 1 and urlsplit(origins[0]).netloc == host
    except ValueError:
        return False


def _untrusted(headers: Headers) -> UntrustedOrigin:
    if "origin" not in headers and "sec-fetch-site" not in headers:
        return UntrustedOrigin(
            "This change did not come from a page of Keydesk.",
            hint="Programs send a bearer token in the Authorization header instead of a cookie.",
        )
    return UntrustedOrigin(
        "A page that Keydesk does not know sent this change.",
        hint="If the page is yours, add its origin to server.allowedOrigins, or let the reverse proxy pass on the "
        "Host header as it came.",
    )
