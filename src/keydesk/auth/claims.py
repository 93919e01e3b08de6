"""Reads the claims that all kinds of tokens share: times, audience, subject. Verifiers check their values."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from keydesk.kit.messages import message
from keydesk.kit.problems import NotSignedIn

Claims = Mapping[str, Any]

MALFORMED = message("This credential is not valid.")
_MAX_CHARACTERS = 255


def lifetime_end(claims: Claims, now: datetime, leeway_seconds: int) -> datetime:
    """Return the expiration time of a token that is valid at `now` by `iat`, `nbf` and `exp`.

    `iat` and `exp` are required. `leeway_seconds` allows for clock differences. Raises NotSignedIn.
    """
    leeway = timedelta(seconds=leeway_seconds)
    issued_at, expires_at = _moment(claims, "iat"), _moment(claims, "exp")
    not_before = _moment(claims, "nbf") if "nbf" in claims else issued_at
    if expires_at <= now - leeway:
        raise NotSignedIn(message("This credential has expired. Sign in again."))
    if max(issued_at, not_before) > now + leeway:
        raise NotSignedIn(message("This credential is not valid yet."))
    return expires_at


def _moment(claims: Claims, name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotSignedIn(MALFORMED)
    try:
        # Infinity, NaN and out-of-range numbers each raise one of these errors.
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        raise NotSignedIn(MALFORMED) from None


def text_claim(claims: Claims, name: str) -> str:
    """Return a required claim of 1 to 255 printable characters. Raises NotSignedIn."""
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_CHARACTERS or not value.isprintable():
        raise NotSignedIn(MALFORMED)
    return value


def optional_text(value: Any) -> str | None:
    """Return `value` if it is a string of 1 to 255 printable characters, else None."""
    if isinstance(value, str) and 0 < len(value) <= _MAX_CHARACTERS and value.isprintable():
        return value
    return None


def audiences(claims: Claims) -> frozenset[str]:
    """Return the audiences of the token: `aud` is a string or a list of strings. Raises NotSignedIn."""
    value = claims.get("aud", [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
        raise NotSignedIn(MALFORMED)
    return frozenset(values)


def nested(claims: Claims, path: str) -> Any:
    """Return the claim `path`, else the value at a dotted path such as `realm_access.roles`, else None."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
