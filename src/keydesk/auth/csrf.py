"""Tokens that tell our own forms from copies on another site. Pure.

Each page has another token, so that compressing a page together with something foreign reveals nothing.
"""

import hashlib
import hmac
import secrets

FIELD = "csrf"
"""The form field; requests of scripts have the header instead."""
HEADER = "x-csrf-token"
_NONCE = 16


def csrf_token(basis: str) -> str:
    """A token for the browser that holds the secret `basis`: its session's id, or the mark of a stranger."""
    nonce = secrets.token_urlsafe(_NONCE)[:_NONCE]
    return nonce + _signed(nonce, basis)


def is_csrf_token(token: object, basis: str | None) -> bool:
    """Whether this is such a token of that browser."""
    if not isinstance(token, str) or basis is None or not token.isascii():
        return False
    return hmac.compare_digest(token[_NONCE:], _signed(token[:_NONCE], basis))


def _signed(nonce: str, basis: str) -> str:
    return hmac.new(basis.encode(), f"keydesk/csrf/{nonce}".encode(), hashlib.sha256).hexdigest()
