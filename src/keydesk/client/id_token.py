"""Checks an ID token that came from the token endpoint of its provider (OpenID Connect Core 1.0, section 3.1.3.7).

The signature is not checked: TLS has proved who sent the token, and the standard allows this for the code flow. Keydesk
checks the signature of every token that it is sent.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from keydesk.client.errors import ClientError
from keydesk.client.oauth import for_terminal

_PARTS = 3
_LEEWAY_SECONDS = 60
_LATEST = 1e11
_LONGEST_NAME = 200
_NAMES = ("preferred_username", "email", "name", "sub")


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must say. Without `nonce` or `subject`, the token can have any."""

    issuer: str
    client_id: str
    now: float
    nonce: str | None = None
    subject: str | None = None


def checked_claims(token: Any, expected: Expected) -> dict[str, Any]:
    """Return the claims. Raises ClientError for the token of another issuer, client, sign-in or person."""
    claims = _claims(token)
    if claims.get("iss") != expected.issuer:
        raise _refused("is of another issuer")
    if not _is_for(claims, expected.client_id):
        raise _refused("is for another client")
    if not is_time(claims.get("exp")) or claims["exp"] + _LEEWAY_SECONDS <= expected.now:
        raise _refused("has expired. Check the clock of this machine")
    if expected.nonce is not None and claims.get("nonce") != expected.nonce:
        raise _refused("is of another sign-in")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject or (expected.subject and subject != expected.subject):
        raise _refused("is of another person")
    return claims


def name_in(claims: Mapping[str, Any]) -> str:
    """Return what the provider calls the person, as text for a terminal."""
    name = next(str(claims[name]) for name in _NAMES if claims.get(name))
    return for_terminal(name[:_LONGEST_NAME])


def _is_for(claims: Mapping[str, Any], client_id: str) -> bool:
    """Return whether the client is the audience, and the party if there is one. Several audiences need one."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp", client_id if len(audiences) == 1 else None)
    return client_id in audiences and party == client_id


def _claims(token: Any) -> dict[str, Any]:
    parts = token.split(".") if isinstance(token, str) else []
    try:
        middle = parts[1] if len(parts) == _PARTS else ""
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise _refused("is missing or cannot be read")
    return claims


def is_time(value: Any) -> TypeGuard[float]:
    """Return whether a value of a provider is a number of seconds, and no absurd one."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LATEST


def _refused(why: str) -> ClientError:
    return ClientError(f"The ID token of the provider {why}. Nothing was stored.")
