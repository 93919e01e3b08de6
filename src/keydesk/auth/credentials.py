"""Reads the bearer token from the Authorization header. `session_cookie` reads the portal's cookie."""

import re

from starlette.datastructures import Headers

from keydesk.auth.signed_token import MAX_TOKEN_CHARACTERS
from keydesk.kit.problems import NotSignedIn

_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/=-]+)", re.IGNORECASE | re.ASCII)


def bearer_token(headers: Headers) -> str | None:
    """Return the token of the Authorization header, or None without the header.

    The scheme is case-insensitive and one or more spaces follow it (RFC 6750). Raises NotSignedIn for any other
    format or scheme, for a token of more than 16 KB, and for more than one Authorization header.
    """
    values = headers.getlist("authorization")
    if not values:
        return None
    match = _BEARER.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        raise NotSignedIn("The Authorization header must contain exactly one bearer token.")
    if len(match[1]) > MAX_TOKEN_CHARACTERS:
        raise NotSignedIn("The bearer token is too long.")
    return match[1]
