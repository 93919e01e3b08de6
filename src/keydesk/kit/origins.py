"""Protection against cross-site request forgery (CSRF), based on the headers `Origin` and `Sec-Fetch-Site`.

Browsers add cookies to cross-site requests, and a reverse proxy may add a bearer token or identity headers to any
request. The check therefore applies to every kind of credential.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from keydesk.kit.messages import message
from keydesk.kit.problems import UntrustedOrigin

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_SAME_ORIGIN = {"same-origin", "none"}


class Origins:
    """`allowed` are additional origins that may send changes, such as https://backstage.example.com."""

    def __init__(self, allowed: Collection[str] = ()) -> None:
        self._allowed = frozenset(map(origin_of, allowed))

    def refuse_foreign_change(self, method: str, headers: Headers, *, is_ambient: bool) -> None:
        """Raise UntrustedOrigin for a change that was not sent by a page of an allowed origin.

        With `is_ambient`, the credential is a cookie or a header of the proxy, and the request must have an `Origin`.
        A request with a bearer token and without an `Origin` comes from a program and is allowed.
        """
        if method in SAFE_METHODS:
            return
        if is_ambient and not self._names_allowed_page(headers):
            raise _untrusted(headers)
        if not self._is_allowed(headers):
            raise _untrusted(headers)

    def refuse_foreign_navigation(self, headers: Headers) -> None:
        """Raise UntrustedOrigin for a navigation to a URL that changes something, if another site started it.

        `Sec-Fetch-Site` is `none` for a URL that a person typed or a program opened; pages cannot set it. A browser
        that prefetches a page sets `Sec-Purpose`. A request without these headers comes from a program and needs a
        bearer token.
        """
        is_program = "authorization" in headers and "sec-fetch-site" not in headers
        is_intended = is_program or headers.get("sec-fetch-site") in _SAME_ORIGIN or "origin" in headers
        if not is_intended or "sec-purpose" in headers or not self._is_allowed(headers):
            raise UntrustedOrigin(
                message("Another site opened this URL."),
                hint=message(
                    "Enter it in the address bar of your browser. Over plain HTTP, this works only on localhost."
                ),
            )

    def _is_allowed(self, headers: Headers) -> bool:
        """Return whether `Origin` and `Sec-Fetch-Site` allow the request."""
        site = headers.get("sec-fetch-site")
        if site in _SAME_ORIGIN:
            return True
        if site is not None:
            # The browser knows that the page belongs to another site, even if it has the same host over plain http.
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
    """Return the origin of a URL as browsers write it: without the path and the default port."""
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
            message("The request has no Origin header."),
            hint=message("Programs must send a bearer token in the Authorization header, not a cookie."),
        )
    return UntrustedOrigin(
        message("The request came from an untrusted origin."),
        hint=message(
            "If you trust the page, add its origin to server.allowedOrigins, or configure the reverse proxy to "
            "keep the original Host header."
        ),
    )
