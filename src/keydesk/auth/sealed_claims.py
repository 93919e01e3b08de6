"""Encrypts claims that a browser keeps in a cookie: nobody else can read, change or prolong them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from keydesk.kit.clock import Clock

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_REGISTRY = jwe.JWERegistry(algorithms=list(_HEADER.values()))


class SealedClaims:
    """Encrypts with the same key on every replica. Use another key for each purpose."""

    def __init__(self, key: bytes, clock: Clock, lifetime: timedelta) -> None:
        self._key = OctKey.import_key(key)
        self._clock = clock
        self.lifetime = lifetime

    def seal(self, claims: Mapping[str, Any]) -> str:
        """Return the encrypted claims, in characters that a cookie can contain."""
        ends = int((self._clock() + self.lifetime).timestamp())
        return jwt.encode(_HEADER, {**claims, "exp": ends}, self._key, registry=_REGISTRY)

    def open(self, sealed: str | None) -> dict[str, Any] | None:
        """Return the claims, or None if they were not encrypted with this key or have expired."""
        try:
            claims: dict[str, Any] = jwt.decode(sealed or "", self._key, registry=_REGISTRY).claims
            return claims if claims.pop("exp") > self._clock().timestamp() else None
        except (JoseError, ValueError, TypeError, KeyError):
            return None
