"""Cache by key: served while they count, refreshed by one call at a time, forgotten when they were touched.

Knows nothing of what they hold. Bounded: what was unused for longest makes room.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog

from keydesk.cache.cache_policy import CachePolicy, Freshness
from keydesk.cache.counters import Counters
from keydesk.kit.clock import Clock
from keydesk.kit.deadline import detached_task
from keydesk.kit.failure_tracker import FailureTracker
from keydesk.kit.problems import Problem
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
_log = structlog.get_logger(__name__)
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


@dataclass(slots=True, eq=False)
class _Flight(Generic[T]):
    source: CacheLoader[T]
    began_at: float
    task: asyncio.Task[Loaded[T]] = field(init=False)


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
        self._flights: dict[Key, _Flight[Any]] = {}
        self._away_until = float("-inf")
        self._running: set[asyncio.Task[Any]] = set()
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
        flight = self._flight(source)
        if entry is None or self._standing(source, entry, self._age(entry)) is not Freshness.OLD:
            return self._landed_with(await asyncio.shield(flight.task))
        return await self._newer_or_old(source, entry, flight)

    async def at_once(self, source: CacheLoader[T]) -> CachedResult[T]:
        """The same, raising CacheMiss instead of waiting."""
        entry = self._entries.get(source.key) if self.may_serve() else None
        if entry is None:
            raise CacheMiss
        age = self._age(entry)
        standing = self._standing(source, entry, age)
        if standing is Freshness.FRESH:
            self.counters.hits += 1
            self._entries.move_to_end(source.key)
            return CachedResult(entry.value, age)
        if standing is Freshness.STALE:
            self.counters.stale += 1
            if not self.outage.pauses:
                self._flight(source)
            return self._seen(entry)
        if standing is Freshness.OLD and self._now() < self._away_until:
            if not self.outage.pauses:
                self._flight(source)
            return self._in_outage(entry)
        raise CacheMiss

    def prepare(self, source: CacheLoader[Any]) -> None:
        """Begin to load what is not in memory, for whoever comes next."""
        kept = source.keeping.standing(0.0) is not Freshness.WORTHLESS and self.may_serve()
        if kept and source.key not in self._entries and not self.outage.pauses:
            self._flight(source)

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
        for key, flight in list(self._flights.items()):
            if everything or not flight.source.topics.isdisjoint(topics):
                del self._flights[key]

    async def aclose(self) -> None:
        """Give up what is being loaded in the background."""
        running = set(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _newer_or_old(
        self, source: CacheLoader[T], entry: _Entry, flight: _Flight[T]
    ) -> CachedResult[T]:
        done, _ = await asyncio.wait({flight.task}, timeout=_PATIENCE_SECONDS)
        try:
            if done:
                return self._landed_with(flight.task.result())
            self._is_away("slow")
            return await self._unless_dropped(source, entry, flight)
        except _AWAY:
            return await self._unless_dropped(source, entry, flight)

    async def _unless_dropped(
        self, source: CacheLoader[T], entry: _Entry, flight: _Flight[T]
    ) -> CachedResult[T]:
        """The old entry; where a change dropped it meanwhile its content must not be shown."""
        if self.may_serve() and self._entries.get(source.key) is entry:
            return self._in_outage(entry)
        return self._landed_with(await asyncio.shield(flight.task))

    def _flight(self, source: CacheLoader[T]) -> _Flight[T]:
        """The load under way, or a new one. Who would not hear of changes must not join an earlier one."""
        joins = self.may_serve()
        flight = self._flights.get(source.key) if joins else None
        if flight is None:
            flight = _Flight(source, self._now())
            flight.task = detached_task(self._load(flight))
            if joins:
                self._flights[source.key] = flight
            self._running.add(flight.task)
            flight.task.add_done_callback(self._landed)
        return flight

    async def _load(self, flight: _Flight[T]) -> Loaded[T]:
        source = flight.source
        self.counters.refreshes += 1
        try:
            loaded = await source.load()
        except Problem:
            if self._ends(flight):
                self._remove(source.key)
            raise
        except _AWAY as error:
            self._is_away(type(error).__name__)
            raise
        finally:
            serves = self.may_serve()  # hears of changes first: they take the flight off the list
            current = self._ends(flight)
        if not loaded.age_seconds:
            self.outage.answered()
            self._away_until = float("-inf")
        if current and serves:
            taken_at = flight.began_at - loaded.age_seconds
            self._store(source.key, _Entry(loaded.value, loaded.topics, loaded.size, taken_at))
        return loaded

    def _ends(self, flight: _Flight[Any]) -> bool:
        """Take the flight off the list; whether it was on it, that is, nothing it could show was touched."""
        current = self._flights.get(flight.source.key) is flight
        if current:
            del self._flights[flight.source.key]
        return current

    def _is_away(self, reason: str) -> None:
        self.outage.failed(reason)
        self._away_until = self._now() + _KNOWN_AWAY_SECONDS

    def _landed(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        self.counters.failures += 1
        if not isinstance(error, LiteLLMError | Problem):
            _log.error("snapshot_not_loaded", exc_info=error)

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

    def _standing(self, source: CacheLoader[Any], entry: _Entry, age: float) -> Freshness:
        """What is in doubt is good for an outage at most, whatever its age."""
        standing = source.keeping.standing(age)
        if entry.doubted and standing is not Freshness.WORTHLESS:
            return Freshness.OLD if age < source.keeping.outage_seconds else Freshness.WORTHLESS
        return standing

    def _touched(self, topics: Collection[str]) -> set[Key]:
        return {key for topic in topics for key in self._by_topic.get(topic, ())}

    def _age(self, entry: _Entry) -> float:
        return self._now() - entry.taken_at

    def _now(self) -> float:
        return self._clock().timestamp()
