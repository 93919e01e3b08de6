"""Creates and verifies CSRF tokens. Pure.

Tokens are masked differently on each page, so that compression cannot leak them (BREACH).
"""

import hashlib
import hmac
import secrets

FIELD = "csrf"
"""The form field. Requests from scripts send the header instead."""
HEADER = "x-csrf-token"
_NONCE = 16


def csrf_token(basis: str) -> str:
    """Return a token for the browser with the secret `basis`: its session id, or the id of its pre-session cookie."""
    nonce = secrets.token_urlsafe(_NONCE)[:_NONCE]
    return nonce + _signed(nonce, basis)


def is_csrf_token(token: object, basis: str | None) -> bool:
    """Return whether the token is a valid one of that browser."""
    if not isinstance(token, str) or basis is None or not token.isascii():
        return False
    return hmac.compare_digest(token[_NONCE:], _signed(token[:_NONCE], basis))


def _signed(nonce: str, basis: str) -> str:
    return hmac.new(basis.encode(), f"keydesk/csrf/{nonce}".encode(), hashlib.sha256).hexdigest()
