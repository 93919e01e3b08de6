"""Caches verified tokens, so that repeated requests need no signature check."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cachetools import LRUCache

from keydesk.auth.signed_token import read_token
from keydesk.auth.verifier import TokenKind, Verified
from keydesk.kit.clock import Clock
from keydesk.kit.people import Principal
from keydesk.kit.problems import StorageUnavailable

_MAX_AGE = timedelta(minutes=10)
"""The refresh interval of an issuer's keys, so that tokens of a revoked key are not accepted for longer."""


@dataclass(frozen=True, slots=True)
class _CacheEntry:
    verified: Verified
    until: datetime


class TokenCache:
    """Verifies signed tokens of all kinds and caches the results.

    Stores digests instead of tokens, at most `capacity`, and evicts the least recently used. Rejections are not
    cached: their reason can pass, and anonymous requests could fill the cache.
    """

    def __init__(self, kinds: Sequence[TokenKind], clock: Clock, capacity: int = 10_000) -> None:
        self._kinds = tuple(kinds)
        self._clock = clock
        self._entries: LRUCache[bytes, _CacheEntry] = LRUCache(capacity)

    async def verify(self, token: str) -> Principal | None:
        """Return the caller, or None. Raises NotSignedIn and IdentityProviderUnavailable."""
        digest = hashlib.sha256(token.encode()).digest()
        principal = self.cached(digest)
        if principal is not None:
            return principal
        try:
            verified = await self._examined(token)
        except StorageUnavailable:
            # A database outage does not invalidate the token: reads continue.
            return self._principal_until_expiry(digest)
        if verified is None:
            return None
        self._store(digest, verified)
        return verified.principal

    def cached(self, digest: bytes) -> Principal | None:
        entry = self._entries.get(digest)
        if entry is None or entry.until <= self._clock():
            return None
        return entry.verified.principal

    def _principal_until_expiry(self, digest: bytes) -> Principal:
        entry = self._entries.get(digest)
        if entry is None or entry.verified.expires_at <= self._clock():
            raise StorageUnavailable
        return entry.verified.principal

    def __len__(self) -> int:
        return len(self._entries)

    async def _examined(self, text: str) -> Verified | None:
        token = read_token(text)
        if token is None:
            return None
        for kind in self._kinds:
            verified = await kind.examine(token)
            if verified is not None:
                return verified
        return None

    def _store(self, digest: bytes, verified: Verified) -> None:
        now = self._clock()
        if verified.expires_at <= now:
            return
        self._entries[digest] = _CacheEntry(verified, min(verified.expires_at, now + _MAX_AGE))
