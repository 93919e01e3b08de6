"""Cache by key: served while they count, refreshed by one call at a time, forgotten when they were touched.

Knows nothing of what they hold. Bounded: what was unused for longest makes room.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from keydesk.cache.cache_policy import CachePolicy, Freshness
from keydesk.cache.counters import Counters
from keydesk.kit.clock import Clock
from keydesk.kit.failure_tracker import FailureTracker
from keydesk.kit.problems import Problem
from keydesk.kit.single_flight import SingleFlight
from keydesk.litellm import (
    BreakerOpen,
    LiteLLMError,
    RateLimited,
    TimedOut,
    Unreachable,
    UpstreamFailed,
)

EVERYTHING = "*"
"""The tag that drops all entries."""
T = TypeVar("T")
Key = tuple[str, ...]
Tags = frozenset[str]
_AWAY = (Unreachable, TimedOut, BreakerOpen, RateLimited, UpstreamFailed)
_PAUSE_SECONDS = 2.0
_PATIENCE_SECONDS = 2.0
"""How long somebody who could be shown an old snapshot waits for a new one."""
_KNOWN_AWAY_SECONDS = 15.0
"""For how long after a failure nobody waits who can be shown an old snapshot."""


class CacheMiss(Exception):  # noqa: N818 - not an error: it tells to go the long way
    """What was asked for cannot be had without waiting."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """What a load found, the topics it must be forgotten with, and its bytes of memory, roughly.

    What was made of another snapshot is as old as that one.
    """

    value: T
    topics: frozenset[str]
    size: int
    age_seconds: float = 0.0


_Load = asyncio.Task[Loaded[T]]


@dataclass(frozen=True, slots=True)
class CacheLoader(Generic[T]):
    """Where a snapshot comes from. `topics` are those that could touch it while it is not known yet."""

    key: Key
    topics: frozenset[str]
    keeping: CachePolicy
    load: Callable[[], Awaitable[Loaded[T]]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class CachedResult(Generic[T]):
    """A snapshot as served. `in_outage` tells that LiteLLM could not be asked for a newer one."""

    value: T
    age_seconds: float = 0.0
    in_outage: bool = False

    def taken_at(self, now: datetime) -> datetime:
        return now - timedelta(seconds=self.age_seconds)


@dataclass(slots=True)
class _Entry:
    value: Any
    topics: frozenset[str]
    size: int
    taken_at: float
    doubted: bool = False


class Cache:
    """`may_serve` tells whether this process would hear of a change made by another one."""

    def __init__(
        self, clock: Clock, max_bytes: int, counters: Counters, may_serve: Callable[[], bool] = lambda: True
    ) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self.counters = counters
        self.may_serve = may_serve
        self.outage = FailureTracker("litellm", clock, _PAUSE_SECONDS)
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._by_topic: dict[str, set[Key]] = {}
        self._loads: SingleFlight[tuple[Key, Tags], Loaded[Any]] = SingleFlight(LiteLLMError, Problem)
        self.total_bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    async def get(self, source: CacheLoader[T]) -> CachedResult[T]:
        """The newest that may be served without waiting, else what a load finds. Raises what the load raises."""
        try:
            return await self.at_once(source)
        except CacheMiss:
            pass
        self.counters.misses += 1
        entry = self._entries.get(source.key) if self.may_serve() else None
        load = self._start(source)
        if entry is None or self._standing(source, entry) is not Freshness.OLD:
            return self._landed_with(await asyncio.shield(load))
        return await self._newer_or_old(source, entry, load)

    async def at_once(self, source: CacheLoader[T]) -> CachedResult[T]:
        """The same, raising CacheMiss instead of waiting."""
        entry = self._entries.get(source.key) if self.may_serve() else None
        if entry is None:
            raise CacheMiss
        age, standing = self._age(entry), self._standing(source, entry)
        if standing is Freshness.FRESH:
            self.counters.hits += 1
            self._entries.move_to_end(source.key)
            return CachedResult(entry.value, age)
        if standing is Freshness.STALE:
            self.counters.stale += 1
            if not self.outage.pauses:
                self._start(source)
            return self._seen(entry)
        if standing is Freshness.OLD and self.outage.failed_within(_KNOWN_AWAY_SECONDS):
            if not self.outage.pauses:
                self._start(source)
            return self._in_outage(entry)
        raise CacheMiss

    def prepare(self, source: CacheLoader[Any]) -> None:
        """Begin to load what is not in memory, for whoever comes next."""
        kept = source.keeping.standing(0.0) is not Freshness.WORTHLESS and self.may_serve()
        if kept and source.key not in self._entries and not self.outage.pauses:
            self._start(source)

    def drop(self, topics: Collection[str], *, certain: bool = True) -> None:
        """Forget what any of the topics touches. What is being loaded may be older than the change: not kept.

        Where nobody is certain that it changed it stays, to be served with its age if LiteLLM cannot be asked.
        """
        everything = EVERYTHING in topics
        for key in set(self._entries) if everything else self._touched(topics):
            if certain:
                self._remove(key)
                self.counters.drops += 1
            else:
                self._entries[key].doubted = True
        for load in self._loads:
            if everything or not load[1].isdisjoint(topics):
                self._loads.forget(load)

    async def aclose(self) -> None:
        """Cancel the running loads."""
        await self._loads.aclose()

    async def _newer_or_old(self, source: CacheLoader[T], entry: _Entry, load: _Load[T]) -> CachedResult[T]:
        done, _ = await asyncio.wait({load}, timeout=_PATIENCE_SECONDS)
        try:
            if done:
                return self._landed_with(load.result())
            self.outage.failed("slow")
            return await self._unless_dropped(source, entry, load)
        except _AWAY:
            return await self._unless_dropped(source, entry, load)

    async def _unless_dropped(self, source: CacheLoader[T], entry: _Entry, load: _Load[T]) -> CachedResult[T]:
        """The old entry; where a change dropped it meanwhile its content must not be shown."""
        if self.may_serve() and self._entries.get(source.key) is entry:
            return self._in_outage(entry)
        return self._landed_with(await asyncio.shield(load))

    def _start(self, source: CacheLoader[T]) -> _Load[T]:
        """Return the running load or a new one. A replica that may miss changes must not join an earlier one."""
        began_at = self._now()
        return self._loads.start(
            (source.key, source.topics), lambda: self._load(source, began_at), join=self.may_serve()
        )

    async def _load(self, source: CacheLoader[T], began_at: float) -> Loaded[T]:
        call = (source.key, source.topics)
        self.counters.refreshes += 1
        try:
            loaded = await source.load()
        except Exception as error:
            self.counters.failures += 1
            if isinstance(error, _AWAY):
                self.outage.failed(type(error).__name__)
            elif isinstance(error, Problem) and self._loads.is_current(call):
                self._remove(source.key)
            raise
        if not loaded.age_seconds:
            self.outage.answered()
        # Asking `may_serve` may bring in changes of other replicas, which forget this very load.
        if self.may_serve() and self._loads.is_current(call):
            taken_at = began_at - loaded.age_seconds
            self._store(source.key, _Entry(loaded.value, loaded.topics, loaded.size, taken_at))
        return loaded

    def _store(self, key: Key, entry: _Entry) -> None:
        self._remove(key)
        if entry.size > self._max_bytes:
            return  # it would push out everything else, and then itself
        self._entries[key] = entry
        self.total_bytes += entry.size
        for topic in entry.topics:
            self._by_topic.setdefault(topic, set()).add(key)
        while self.total_bytes > self._max_bytes and self._entries:
            self._remove(next(iter(self._entries)))
            self.counters.evictions += 1

    def _remove(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.total_bytes -= entry.size
        for topic in entry.topics:
            keys = self._by_topic[topic]
            keys.discard(key)
            if not keys:
                del self._by_topic[topic]

    def _landed_with(self, loaded: Loaded[T]) -> CachedResult[T]:
        return CachedResult(
            loaded.value, loaded.age_seconds, bool(loaded.age_seconds) and self.outage.goes_on
        )

    def _in_outage(self, entry: _Entry) -> CachedResult[Any]:
        self.counters.outage += 1
        return CachedResult(entry.value, self._age(entry), in_outage=True)

    def _seen(self, entry: _Entry) -> CachedResult[Any]:
        return CachedResult(entry.value, self._age(entry), self.outage.goes_on)

    def _standing(self, source: CacheLoader[Any], entry: _Entry) -> Freshness:
        """What is in doubt is good for an outage at most, whatever its age."""
        standing = source.keeping.standing(self._age(entry))
        if entry.doubted and standing is not Freshness.WORTHLESS:
            return Freshness.OLD if self._age(entry) < source.keeping.outage_seconds else Freshness.WORTHLESS
        return standing

    def _touched(self, topics: Collection[str]) -> set[Key]:
        return {key for topic in topics for key in self._by_topic.get(topic, ())}

    def _age(self, entry: _Entry) -> float:
        return self._now() - entry.taken_at

    def _now(self) -> float:
        return self._clock().timestamp()
