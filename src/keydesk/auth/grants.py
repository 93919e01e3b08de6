"""The OAuth tokens of a session, and how they are encrypted at rest."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

_ALGORITHMS = {"alg": "dir", "enc": "A256GCM"}
_REGISTRY = jwe.JWERegistry(algorithms=list(_ALGORITHMS.values()))
_ASSUMED_SECONDS = 300
"""Assumed lifetime of an access token if the provider returns none."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The tokens from the token endpoint. `usable_until` is the access token's expiration as a Unix time in seconds."""

    access_token: str | None = field(repr=False)
    refresh_token: str | None = field(repr=False)
    usable_until: float

    def can_ask(self, now: float) -> bool:
        """Return whether a token is left that the provider accepts."""
        return self.refresh_token is not None or (self.access_token is not None and now < self.usable_until)


def grant_of(given: Mapping[str, Any], now: float, before: Grant | None = None) -> Grant:
    """Return the grant from a token response. Without a new refresh token, the previous one stays valid."""
    access, refresh = _text(given.get("access_token")), _text(given.get("refresh_token"))
    seconds = given.get("expires_in")
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    lifetime = float(seconds) if is_number and seconds is not None else _ASSUMED_SECONDS
    return Grant(access, refresh or (before.refresh_token if before else None), now + lifetime)


class SealedGrants:
    """Encrypts grants with a key derived from the server's secret and the session id.

    The database and the secret together are not enough to decrypt the tokens.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, grant: Grant, session_id: str) -> str:
        """Return the encrypted grant. The access token is omitted if a refresh token can replace it."""
        kept = replace(grant, access_token=None) if grant.refresh_token else grant
        return jwt.encode(_ALGORITHMS, asdict(kept), self._derived(session_id), registry=_REGISTRY)

    def open(self, sealed: str | None, session_id: str) -> Grant | None:
        """Return the grant, or None if the value was not encrypted for this session with this secret."""
        try:
            return Grant(**jwt.decode(sealed or "", self._derived(session_id), registry=_REGISTRY).claims)
        except (JoseError, ValueError, TypeError):
            return None

    def _derived(self, session_id: str) -> OctKey:
        return OctKey.import_key(hmac.digest(self._key, session_id.encode(), hashlib.sha256))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
