"""Caches one issuer's public keys in memory. `key_sources.py` fetches them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from keydesk.auth.key_sources import KeySource, SourceFailed
from keydesk.auth.signature import PublicKey
from keydesk.cache.cache_policy import CachePolicy, Freshness
from keydesk.kit.clock import Clock
from keydesk.kit.failure_tracker import FailureTracker
from keydesk.kit.problems import IdentityProviderUnavailable
from keydesk.kit.single_flight import SingleFlight

_POLICY = CachePolicy(fresh_seconds=600, stale_seconds=86_400, outage_seconds=0)
"""Keys are valid for a day: long enough for an overnight outage, and the limit for a key revoked during one."""
_COOLDOWN_SECONDS = 30
"""Minimum time between two successful fetches, however many unknown key ids are requested."""
_RETRY_SECONDS = 5
"""Minimum time after a failed fetch."""


@dataclass(frozen=True, slots=True)
class _Fetched:
    keys: Mapping[str, PublicKey]
    at: datetime


class KeyCache:
    """Caches the keys of one source by `kid`. At most one fetch runs at a time."""

    def __init__(
        self,
        source: KeySource,
        clock: Clock,
        *,
        peer: str = "issuer",
        cooldown_seconds: int = _COOLDOWN_SECONDS,
        retry_seconds: int = _RETRY_SECONDS,
    ) -> None:
        self._source = source
        self._clock = clock
        self._cooldown_seconds = cooldown_seconds
        self._fetched: _Fetched | None = None
        self._outage = FailureTracker(peer, clock, retry_seconds)
        self._fetches: SingleFlight[None, None] = SingleFlight()

    async def find(self, kid: str) -> PublicKey | None:
        """Return the key, or None if the issuer has no such key.

        A known key is returned without waiting. For an unknown one, the cache fetches the issuer's keys at most
        once per cooldown. Only a fetch that started after this call proves that the key does not exist: the issuer
        may have rotated its keys since earlier fetches. Raises IdentityProviderUnavailable with the time until the
        next fetch if there is no such proof.
        """
        freshness = _POLICY.freshness(self._age())
        key = self._known(kid)
        if key is not None:
            if freshness is not Freshness.FRESH:
                self._start()
            return key
        is_own_fetch = self._start()
        if (fetch := self._fetches.running(None)) is not None:
            # Shielded: a cancelled caller must not cancel the fetch for other callers.
            await asyncio.shield(fetch)
        key = self._known(kid)
        if key is None and (self._outage.is_down or not is_own_fetch):
            raise IdentityProviderUnavailable(self._retry_after_seconds())
        return key

    @property
    def has_keys(self) -> bool:
        return self._fetched is not None and bool(self._fetched.keys)

    async def settled(self) -> None:
        """Wait for the running fetch."""
        await self._fetches.settled()

    async def aclose(self) -> None:
        """Cancel the running fetch."""
        await self._fetches.aclose()

    def _known(self, kid: str) -> PublicKey | None:
        if self._fetched is None or _POLICY.freshness(self._age()) is Freshness.WORTHLESS:
            return None
        return self._fetched.keys.get(kid)

    def _age(self) -> float:
        """Return the age in seconds. A negative age, after the clock was set back, counts as 0."""
        return max(0.0, (self._clock() - self._fetched.at).total_seconds()) if self._fetched else 0.0

    def _start(self) -> bool:
        """Start a fetch unless one is running or the last one ended too recently. Return whether one was started."""
        is_cooling_down = self._fetched is not None and self._age() < self._cooldown_seconds
        if self._fetches.running(None) is not None or self._outage.is_paused or is_cooling_down:
            return False
        self._fetches.start(None, self._fetch)
        return True

    async def _fetch(self) -> None:
        try:
            keys = await self._source()
        except SourceFailed as failure:
            self._outage.failed(str(failure))
            return
        if self.has_keys and not keys:
            self._outage.failed("the key set is empty now")
            return
        self._fetched = _Fetched(keys, self._clock())
        self._outage.answered()

    def _retry_after_seconds(self) -> int:
        if self._outage.is_down:
            return self._outage.retry_after_seconds
        return max(1, ceil(self._cooldown_seconds - self._age()))
