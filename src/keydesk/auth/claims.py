"""Reads the claims every kind of token has: times, audience, subject. What they must say, verifiers know."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from keydesk.kit.problems import NotSignedIn

Claims = Mapping[str, Any]

MALFORMED = "This credential is not valid here."
_MAX_CHARACTERS = 255


def lifetime_end(claims: Claims, now: datetime, leeway_seconds: int) -> datetime:
    """When the token expires, once `iat`, `nbf` and `exp` allow it to be used at `now`.

    `iat` and `exp` must be there. Clocks may differ by the leeway. Raises NotSignedIn.
    """
    leeway = timedelta(seconds=leeway_seconds)
    issued_at, expires_at = _moment(claims, "iat"), _moment(claims, "exp")
    not_before = _moment(claims, "nbf") if "nbf" in claims else issued_at
    if expires_at <= now - leeway:
        raise NotSignedIn("This credential has expired; sign in again.")
    if max(issued_at, not_before) > now + leeway:
        raise NotSignedIn("This credential is not valid yet.")
    return expires_at


def _moment(claims: Claims, name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotSignedIn(MALFORMED)
    try:
        # Neither infinity nor NaN is a moment, nor is a number of a thousand digits: each is one of these errors.
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        raise NotSignedIn(MALFORMED) from None


def text_claim(claims: Claims, name: str) -> str:
    """A required text of 1 to 255 printable characters. Raises NotSignedIn."""
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_CHARACTERS or not value.isprintable():
        raise NotSignedIn(MALFORMED)
    return value


def optional_text(value: Any) -> str | None:
    """`value` if it is a text of 1 to 255 printable characters."""
    if isinstance(value, str) and 0 < len(value) <= _MAX_CHARACTERS and value.isprintable():
        return value
    return None


def audiences(claims: Claims) -> frozenset[str]:
    """Everybody the token is meant for: `aud` is one text or a list of them. Raises NotSignedIn."""
    value = claims.get("aud", [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
        raise NotSignedIn(MALFORMED)
    return frozenset(values)


def nested(claims: Claims, path: str) -> Any:
    """The claim named `path`; if there is none, what a path such as `realm_access.roles` leads to, or None."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
