"""Issues and verifies tokens of the demo users. Never enabled in production."""

import hashlib
from datetime import timedelta

from cachetools import LRUCache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotSignedIn

_TYPE = "keydesk-demo+jwt"
_AUDIENCE = "keydesk-demo"
_LIFETIME = timedelta(hours=12)
_MAX_TOKEN_CHARACTERS = 2_000
_REMEMBERED = 10_000


class DemoTokens:
    """Stateless tokens, signed with a key that all processes of an installation share."""

    def __init__(self, signing_key: bytes, clock: Clock) -> None:
        self._key = OctKey.import_key(signing_key)
        self._clock = clock
        self._remembered: LRUCache[bytes, tuple[Person, float]] = LRUCache(_REMEMBERED)

    def issue(self, ref: str) -> str:
        """Return a token for the user `ref`, valid for twelve hours."""
        now = self._clock()
        claims = {"sub": ref, "aud": _AUDIENCE, "iat": int(now.timestamp())}
        claims["exp"] = int((now + _LIFETIME).timestamp())
        return jwt.encode({"alg": "HS256", "typ": _TYPE}, claims, self._key)

    async def verify(self, token: str) -> Person | None:
        if len(token) > _MAX_TOKEN_CHARACTERS:
            return None
        digest = hashlib.sha256(token.encode()).digest()
        known = self._remembered.get(digest)
        person, expires_at = known or self._examined(token) or (None, 0.0)
        if person is None:
            return None
        if expires_at <= self._clock().timestamp():
            raise NotSignedIn(message("Your demo session has expired. Choose a demo user again."))
        if known is None:
            self._remembered[digest] = (person, expires_at)
        return person

    def cached(self, digest: bytes) -> Person | None:
        known = self._remembered.get(digest)
        if known is None:
            return None
        person, expires_at = known
        return person if expires_at > self._clock().timestamp() else None

    def _examined(self, token: str) -> tuple[Person, float] | None:
        try:
            decoded = jwt.decode(token, self._key, algorithms=["HS256"])
        except (JoseError, ValueError):
            return None
        if decoded.header.get("typ") != _TYPE or decoded.claims.get("aud") != _AUDIENCE:
            return None
        return Person(decoded.claims["sub"]), float(decoded.claims["exp"])
