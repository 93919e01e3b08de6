"""The tokens with which Keydesk asks a provider again about a signed-in person, and how they are encrypted at rest."""

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
"""How long an access token is used whose lifetime the provider does not say."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint gave. `usable_until` is when the access token expires, in seconds since 1970."""

    access_token: str | None = field(repr=False)
    refresh_token: str | None = field(repr=False)
    usable_until: float

    def can_ask(self, now: float) -> bool:
        """Whether there is a token left with which the provider can be asked."""
        return self.refresh_token is not None or (self.access_token is not None and now < self.usable_until)


def grant_of(given: Mapping[str, Any], now: float, before: Grant | None = None) -> Grant:
    """The grant in a token endpoint's answer. A provider that does not rotate refresh tokens leaves out the old one."""
    access, refresh = _text(given.get("access_token")), _text(given.get("refresh_token"))
    seconds = given.get("expires_in")
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    lifetime = float(seconds) if is_number and seconds is not None else _ASSUMED_SECONDS
    return Grant(access, refresh or (before.refresh_token if before else None), now + lifetime)


class SealedGrants:
    """Encrypts grants under a key derived from the server's secret and the session's id.

    Neither the database alone nor the database with the secret reveals the tokens.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, grant: Grant, session_id: str) -> str:
        """The encrypted grant. An access token is left out where a refresh token gives a new one."""
        kept = replace(grant, access_token=None) if grant.refresh_token else grant
        return jwt.encode(_ALGORITHMS, asdict(kept), self._derived(session_id), registry=_REGISTRY)

    def open(self, sealed: str | None, session_id: str) -> Grant | None:
        """The grant, or None for anything that was not sealed for this session with this secret."""
        try:
            return Grant(**jwt.decode(sealed or "", self._derived(session_id), registry=_REGISTRY).claims)
        except (JoseError, ValueError, TypeError):
            return None

    def _derived(self, session_id: str) -> OctKey:
        return OctKey.import_key(hmac.digest(self._key, session_id.encode(), hashlib.sha256))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
