"""Keeps one issuer's public keys at hand. How they are fetched is `key_sources.py`; nothing is fetched in vain."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import structlog

from keydesk.auth.key_sources import KeySource, SourceFailed
from keydesk.auth.signature import PublicKey
from keydesk.kit.clock import Clock
from keydesk.kit.deadline import detached_task
from keydesk.kit.problems import IdentityProviderUnavailable

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """When to ask an issuer again, in seconds.

    `cooldown` after an answer, however many unknown keys are asked for; `retry` after a failure. Keys older
    than `refresh` are renewed in the background; those older than `stale` no longer count: a day outlasts a
    night's outage, and is as long as a key may live on that its issuer withdrew while unreachable.
    """

    cooldown: float = 30
    retry: float = 5
    refresh: float = 600
    stale: float = 86_400


@dataclass(frozen=True, slots=True)
class _Fetched:
    keys: Mapping[str, PublicKey]
    at: datetime


class KeyCache:
    """The keys of one source, by `kid`. At most one fetch runs at a time, whoever waits for it."""

    def __init__(self, source: KeySource, clock: Clock, patience: Patience | None = None) -> None:
        self._source = source
        self._clock = clock
        self._patience = patience or Patience()
        self._fetched: _Fetched | None = None
        self._ask_again_at: datetime | None = None
        self._failing = False
        self._running: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> PublicKey | None:
        """The key, or None when the issuer has none of that name.

        A known key is answered at once. An unknown one is looked for at the issuer, at most once per cooldown.
        Only a fetch that began for this call proves that there is no such key: the issuer may have rotated its
        keys since any earlier one. Raises IdentityProviderUnavailable, with the time until the next fetch, when
        there is no such proof.
        """
        key = self._known(kid)
        if key is not None:
            if self._age() >= self._patience.refresh:
                self._start()
            return key
        is_own_fetch = self._start()
        if self._running is not None:
            # A caller who gives up must not take the answer away from the others.
            await asyncio.shield(self._running)
        key = self._known(kid)
        if key is None and (self._failing or not is_own_fetch):
            raise IdentityProviderUnavailable(self._retry_after_seconds())
        return key

    @property
    def has_keys(self) -> bool:
        return self._fetched is not None and bool(self._fetched.keys)

    async def settled(self) -> None:
        """Wait for the fetch that may be running."""
        if self._running is not None:
            await asyncio.shield(self._running)

    async def aclose(self) -> None:
        """Give up the fetch that may be running."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def _known(self, kid: str) -> PublicKey | None:
        if self._fetched is None or self._age() >= self._patience.stale:
            return None
        return self._fetched.keys.get(kid)

    def _age(self) -> float:
        return (self._clock() - self._fetched.at).total_seconds() if self._fetched else 0.0

    def _start(self) -> bool:
        """Begin to fetch, unless a fetch is running or was tried too recently. Return whether one has begun."""
        now = self._clock()
        if self._running is not None or (self._ask_again_at is not None and now < self._ask_again_at):
            return False
        self._running = detached_task(self._fetch())
        return True

    async def _fetch(self) -> None:
        wait = self._patience.retry
        try:
            self._keep(await self._source())
            wait = self._patience.cooldown
        except SourceFailed as failure:
            self._failing = True
            _log.warning("issuer_keys_not_fetched", reason=str(failure), cached=self.has_keys)
        finally:
            self._ask_again_at = self._clock() + timedelta(seconds=wait)
            self._running = None

    def _keep(self, keys: Mapping[str, PublicKey]) -> None:
        if self.has_keys and not keys:
            raise SourceFailed("the key set has become empty")
        self._fetched = _Fetched(keys, self._clock())
        self._failing = False

    def _retry_after_seconds(self) -> int:
        if self._ask_again_at is None:
            return ceil(self._patience.retry)
        return max(1, ceil((self._ask_again_at - self._clock()).total_seconds()))
