"""Caches the catalog's entities to reduce calls and to bridge outages."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from cachetools import LRUCache

from keydesk.cache.cache_policy import CachePolicy, Freshness
from keydesk.directory.catalog import MAX_REFS, Catalog, CatalogEntity, CatalogError
from keydesk.kit.batcher import Batcher
from keydesk.kit.clock import Clock
from keydesk.kit.entity_refs import split_ref
from keydesk.kit.failure_tracker import FailureTracker
from keydesk.kit.messages import message
from keydesk.kit.problems import DirectoryUnavailable

Found = CatalogEntity | None
_PAUSE_SECONDS = 5.0
_PARALLEL_CALLS = 4


USERS = CachePolicy(fresh_seconds=60, stale_seconds=600, outage_seconds=86_400)
GROUPS = CachePolicy(fresh_seconds=300, stale_seconds=1_800, outage_seconds=86_400)
ABSENT = CachePolicy(fresh_seconds=10, stale_seconds=0, outage_seconds=0)
"""For unknown users, who may be added to the catalog soon."""


class CachedCatalog:
    """Caches the entities of `Catalog`. A group without an entity counts as a group without parents."""

    def __init__(self, catalog: Catalog, clock: Clock, size: int = 20_000) -> None:
        self._catalog = catalog
        self.clock = clock
        self.group_changes = 0
        """Incremented when a group differs from its cached version or is not in the cache."""
        self._entities: dict[str, LRUCache[str, tuple[Found, datetime]]] = {
            kind: LRUCache(size) for kind in ("user", "group")
        }
        self._outage = FailureTracker("backstage catalog", clock, _PAUSE_SECONDS)
        self._calls = asyncio.Semaphore(_PARALLEL_CALLS)
        self._retry = asyncio.Lock()
        self._batcher: Batcher[Found] = Batcher(self._fetch, MAX_REFS)

    async def entities(self, refs: Collection[str]) -> dict[str, Found]:
        """Return the entity of each full lower-case reference, or None for an unknown user.

        Raises DirectoryUnavailable if the catalog does not respond and a cached entity is too old.
        """
        cached = {ref: self._cached(ref) for ref in refs}
        needed = [ref for ref, (freshness, _) in cached.items() if self._must_wait_for(freshness)]
        if not self._outage.is_paused:
            self._batcher.start(
                ref for ref, (freshness, _) in cached.items() if freshness is not Freshness.FRESH
            )
        answers = await self._batcher.answers(needed)
        return {ref: answers[ref] if ref in answers else self._usable(*cached[ref]) for ref in refs}

    def fresh(self, ref: str) -> Found:
        """Return the entity while it is fresh, else None."""
        freshness, entity = self._cached(ref)
        return entity if freshness is Freshness.FRESH else None

    def fresh_seconds(self, groups: Collection[str]) -> float:
        """Return for how many seconds all groups stay fresh; negative if one of them is not fresh."""
        cached = [self._entities["group"].get(ref) for ref in groups]
        oldest = max((self._age(each[1]) if each else GROUPS.outage_seconds for each in cached), default=0.0)
        return GROUPS.fresh_seconds - oldest

    async def refresh(self, ref: str) -> None:
        """Fetch one user or group now. Raises DirectoryUnavailable if the catalog does not respond."""
        if ref not in await self._fetch([ref]):
            raise self._unavailable()

    async def aclose(self) -> None:
        """Cancel the running calls."""
        await self._batcher.aclose()

    def _cached(self, ref: str) -> tuple[Freshness, Found]:
        kind = split_ref(ref)[0]
        cached = self._entities[kind].get(ref)
        if cached is None:
            return Freshness.WORTHLESS, None
        entity, fetched_at = cached
        policy = ABSENT if entity is None else USERS if kind == "user" else GROUPS
        return policy.freshness(self._age(fetched_at)), entity

    def _age(self, fetched_at: datetime) -> float:
        return (self.clock() - fetched_at).total_seconds()

    def _must_wait_for(self, freshness: Freshness) -> bool:
        # During an outage, callers with a cached entity do not wait.
        return freshness is Freshness.WORTHLESS or (freshness is Freshness.OLD and not self._outage.is_down)

    def _usable(self, freshness: Freshness, entity: Found) -> Found:
        if freshness is Freshness.WORTHLESS:
            raise self._unavailable()
        return entity

    def _unavailable(self) -> DirectoryUnavailable:
        return DirectoryUnavailable(
            message("Keydesk could not look you up in the directory."),
            hint=message("Try again in a moment."),
            retry_after_seconds=self._outage.retry_after_seconds,
        )

    async def _fetch(self, refs: Sequence[str]) -> Mapping[str, Found]:
        """Return the catalog's entities, empty if it does not respond."""
        async with self._retry if self._outage.is_down else self._calls:
            # Checked after waiting: a call queued behind a failed one must not be sent as well.
            if self._outage.is_paused:
                return {}
            try:
                answers = await self._catalog.entities(refs)
            except CatalogError as failure:
                self._outage.failed(str(failure))
                return {}
            self._outage.answered()
        found = {ref: _or_empty_group(ref, entity) for ref, entity in answers.items()}
        for ref, entity in found.items():
            self._store(ref, entity)
        return found

    def _store(self, ref: str, entity: Found) -> None:
        kind = split_ref(ref)[0]
        before = self._entities[kind].get(ref)
        if kind == "group" and (before is None or before[0] != entity):
            self.group_changes += 1
        self._entities[kind][ref] = (entity, self.clock())


def _or_empty_group(ref: str, entity: Found) -> Found:
    return CatalogEntity(described=False) if entity is None and ref.startswith("group:") else entity
