"""A cache whose entries are dropped by tag. One load at a time refreshes an entry.

It is bounded in bytes; the least recently used entry is evicted first. It knows nothing of what the entries hold.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from keydesk.cache.cache_policy import CachePolicy, Freshness
from keydesk.cache.counters import Counters
from keydesk.kit.clock import Clock
from keydesk.kit.deadline import remaining
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
_OUTAGE_ERRORS = (Unreachable, TimedOut, BreakerOpen, RateLimited, UpstreamFailed)
_PAUSE_SECONDS = 2.0
_PATIENCE_SECONDS = 2.0
"""How long a caller waits for a refresh if an old entry can be served instead."""
_RECENT_FAILURE_SECONDS = 15.0
"""How long after a failure such a caller gets the old entry without waiting."""


_LONGEST_LOAD_SECONDS = 120.0
"""How long a job waits for a load. Requests have a deadline."""


class CacheMiss(Exception):  # noqa: N818 - not an error: the caller takes the slow path
    """No entry can be served without waiting."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """A loaded value, the tags that drop it, and its approximate size in bytes.

    A value that was derived from another entry has the age of that entry.
    """

    value: T
    tags: frozenset[str]
    size: int
    age_seconds: float = 0.0


_Load = asyncio.Task[Loaded[T]]


@dataclass(frozen=True, slots=True)
class CacheLoader(Generic[T]):
    """How to load an entry. `tags` drop the load while it runs, because its own tags are not known yet."""

    key: Key
    tags: frozenset[str]
    policy: CachePolicy
    load: Callable[[], Awaitable[Loaded[T]]] = field(compare=False)


class CachedResult(NamedTuple, Generic[T]):
    """A value as it is served. `in_outage` means that LiteLLM was not available for a newer one."""

    value: T
    age_seconds: float = 0.0
    in_outage: bool = False

    def taken_at(self, now: datetime) -> datetime:
        return now - timedelta(seconds=self.age_seconds)


@dataclass(slots=True)
class _Entry:
    value: Any
    tags: frozenset[str]
    size: int
    taken_at: float
    doubted: bool = False


class Cache:
    """`may_serve` tells whether this process receives the changes that other processes make."""

    def __init__(
        self, clock: Clock, max_bytes: int, counters: Counters, may_serve: Callable[[], bool] = lambda: True
    ) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self.counters = counters
        self.may_serve = may_serve
        self.outage = FailureTracker("litellm", clock, _PAUSE_SECONDS)
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._keys_by_tag: dict[str, set[Key]] = {}
        self._loads: SingleFlight[tuple[Key, Tags], Loaded[Any]] = SingleFlight(LiteLLMError, Problem)
        self.total_bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    async def get(self, loader: CacheLoader[T]) -> CachedResult[T]:
        """Return what can be served without waiting, or else load it. Raises what the load raises."""
        try:
            return self.get_cached(loader)
        except CacheMiss:
            pass
        self.counters.misses += 1
        entry = self._entries.get(loader.key) if self.may_serve() else None
        load = self._start(loader)
        if entry is None or self._freshness(loader, entry, self._age(entry)) is not Freshness.OLD:
            return self._loaded_result(await _within_deadline(load))
        return await self._newer_or_old(loader, entry, load)

    def get_cached(self, loader: CacheLoader[T]) -> CachedResult[T]:
        """Return what can be served without waiting. Raises CacheMiss."""
        entry = self._entries.get(loader.key) if self.may_serve() else None
        if entry is None:
            raise CacheMiss
        age = self._age(entry)
        freshness = self._freshness(loader, entry, age)
        if freshness is Freshness.FRESH:
            self.counters.hits += 1
            self._entries.move_to_end(loader.key)
            return CachedResult(entry.value, age)
        if freshness is Freshness.STALE:
            self.counters.stale += 1
            if not self.outage.is_paused:
                self._start(loader)
            return self._result(entry)
        if freshness is Freshness.OLD and self.outage.failed_within(_RECENT_FAILURE_SECONDS):
            if not self.outage.is_paused:
                self._start(loader)
            return self._in_outage(entry)
        raise CacheMiss

    def prepare(self, loader: CacheLoader[Any]) -> None:
        """Start to load the entry if it is not in the cache."""
        kept = loader.policy.freshness(0.0) is not Freshness.WORTHLESS and self.may_serve()
        if kept and loader.key not in self._entries and not self.outage.is_paused:
            self._start(loader)

    def drop(self, tags: Collection[str], *, certain: bool = True) -> None:
        """Drop all entries with one of the tags. Running loads with one are not stored: they may miss the change.

        If the change is not `certain`, the entries stay, and are served only while LiteLLM is down.
        """
        everything = EVERYTHING in tags
        for key in set(self._entries) if everything else self._keys_with(tags):
            if certain:
                self._remove(key)
                self.counters.drops += 1
            else:
                self._entries[key].doubted = True
        for load in self._loads:
            if everything or not load[1].isdisjoint(tags):
                self._loads.forget(load)

    async def aclose(self) -> None:
        """Cancel the running loads."""
        await self._loads.aclose()

    async def _newer_or_old(self, loader: CacheLoader[T], entry: _Entry, load: _Load[T]) -> CachedResult[T]:
        done, _ = await asyncio.wait({load}, timeout=_PATIENCE_SECONDS)
        try:
            if done:
                return self._loaded_result(load.result())
            self.outage.failed("slow")
            return await self._unless_dropped(loader, entry, load)
        except _OUTAGE_ERRORS:
            return await self._unless_dropped(loader, entry, load)

    async def _unless_dropped(self, loader: CacheLoader[T], entry: _Entry, load: _Load[T]) -> CachedResult[T]:
        """Return the old entry, or wait for the load if a change dropped the entry meanwhile."""
        if self.may_serve() and self._entries.get(loader.key) is entry:
            return self._in_outage(entry)
        return self._loaded_result(await _within_deadline(load))

    def _start(self, loader: CacheLoader[T]) -> _Load[T]:
        """Return the running load or a new one. A replica that may miss changes must not join an earlier one."""
        began_at = self._now()
        return self._loads.start(
            (loader.key, loader.tags), lambda: self._load(loader, began_at), join=self.may_serve()
        )

    async def _load(self, loader: CacheLoader[T], began_at: float) -> Loaded[T]:
        call = (loader.key, loader.tags)
        self.counters.refreshes += 1
        try:
            loaded = await loader.load()
        except Exception as error:
            self.counters.failures += 1
            if isinstance(error, _OUTAGE_ERRORS):
                self.outage.failed(type(error).__name__)
            elif isinstance(error, Problem) and self._loads.is_current(call):
                self._remove(loader.key)
            raise
        if not loaded.age_seconds:
            self.outage.answered()
        # `may_serve` may receive changes of other replicas, which discard this load.
        if self.may_serve() and self._loads.is_current(call):
            taken_at = began_at - loaded.age_seconds
            self._store(loader.key, _Entry(loaded.value, loaded.tags, loaded.size, taken_at))
        return loaded

    def _store(self, key: Key, entry: _Entry) -> None:
        self._remove(key)
        if entry.size > self._max_bytes:
            return  # it would evict all other entries and then itself
        self._entries[key] = entry
        self.total_bytes += entry.size
        for tag in entry.tags:
            self._keys_by_tag.setdefault(tag, set()).add(key)
        while self.total_bytes > self._max_bytes and self._entries:
            self._remove(next(iter(self._entries)))
            self.counters.evictions += 1

    def _remove(self, key: Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self.total_bytes -= entry.size
        for tag in entry.tags:
            keys = self._keys_by_tag[tag]
            keys.discard(key)
            if not keys:
                del self._keys_by_tag[tag]

    def _loaded_result(self, loaded: Loaded[T]) -> CachedResult[T]:
        return CachedResult(
            loaded.value, loaded.age_seconds, bool(loaded.age_seconds) and self.outage.is_down
        )

    def _in_outage(self, entry: _Entry) -> CachedResult[Any]:
        self.counters.outage += 1
        return CachedResult(entry.value, self._age(entry), in_outage=True)

    def _result(self, entry: _Entry) -> CachedResult[Any]:
        return CachedResult(entry.value, self._age(entry), self.outage.is_down)

    def _freshness(self, loader: CacheLoader[Any], entry: _Entry, age: float) -> Freshness:
        """Return how the entry may be served. A doubted entry is old at best, whatever its age."""
        freshness = loader.policy.freshness(age)
        if entry.doubted and freshness is not Freshness.WORTHLESS:
            return Freshness.OLD if age < loader.policy.outage_seconds else Freshness.WORTHLESS
        return freshness

    def _keys_with(self, tags: Collection[str]) -> set[Key]:
        return {key for tag in tags for key in self._keys_by_tag.get(tag, ())}

    def _age(self, entry: _Entry) -> float:
        return self._now() - entry.taken_at

    def _now(self) -> float:
        return self._clock().timestamp()


async def _within_deadline(load: _Load[T]) -> Loaded[T]:
    """Return the result of a load, which continues for other callers if the deadline of this one has passed.

    Raises TimedOut, and what the load raises.
    """
    done, _ = await asyncio.wait({load}, timeout=remaining(_LONGEST_LOAD_SECONDS))
    if not done:
        raise TimedOut("the response did not arrive within the time limit of the request")
    return load.result()
