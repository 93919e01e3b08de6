"""Finds the bearer token in a request's header. The portal's cookie is the business of `session_cookie`."""

import re

from starlette.datastructures import Headers

from keydesk.auth.signed_token import MAX_TOKEN_CHARACTERS
from keydesk.kit.problems import NotSignedIn

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/=-]+)", re.IGNORECASE | re.ASCII)


def bearer_token(headers: Headers) -> str | None:
    """The token of the Authorization header, or None when there is no such header.

    Scheme and token as RFC 6750 writes them: any letter case, one or more spaces. Raises NotSignedIn for
    anything else (tabs, commas, other schemes), for a token of more than 16 KB, and for two headers, of which
    nobody could say which one counts.
    """
    values = headers.getlist("authorization")
    if not values:
        return None
    match = _BEARER.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        raise NotSignedIn("The Authorization header must be one bearer token.")
    if len(match[1]) > MAX_TOKEN_CHARACTERS:
        raise NotSignedIn("The bearer token is too long.")
    return match[1]
