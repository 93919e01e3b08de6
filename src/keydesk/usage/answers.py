"""Caches usage reports as encoded JSON. A stale report is served while a new one is built."""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
from cachetools import LRUCache

from keydesk.cache.cache_policy import CachePolicy, Freshness
from keydesk.cache.cached_json import CachedJson
from keydesk.kit.clock import Clock
from keydesk.kit.single_flight import SingleFlight
from keydesk.litellm import LiteLLMError

_STALE_FACTOR = 5
_ENTRY_BYTES = 1_000


@dataclass(slots=True)
class Answer:
    """An encoded report. `tag` identifies its figures, regardless of when they were read."""

    body: bytes = field(repr=False)
    tag: str
    complete: bool
    ready: CachedJson = field(init=False, repr=False)
    """The encoded response. The ETag is weak: the same figures with a later time have the same tag."""

    def __post_init__(self) -> None:
        self.ready = CachedJson(self.body, f'W/"{self.tag}"'.encode())


@dataclass(frozen=True, slots=True)
class _CacheEntry:
    answer: Answer
    made_at: dt.datetime


Make = Callable[[], Coroutine[Any, Any, Answer]]


class Answers:
    """A cache of reports, limited in bytes. Concurrent requests for a report share one computation."""

    def __init__(self, max_bytes: int, fresh_seconds: float, clock: Clock) -> None:
        self._entries: LRUCache[Hashable, _CacheEntry] = LRUCache(max_bytes, _size)
        self._policy = CachePolicy(fresh_seconds, fresh_seconds * _STALE_FACTOR, outage_seconds=0)
        self._clock = clock
        self._calls: SingleFlight[Hashable, Answer] = SingleFlight(LiteLLMError, keeps_deadline=True)

    async def get(self, key: Hashable, make: Make, max_age_seconds: float | None = None) -> Answer:
        """Return the report for `key`, made again if it is older than `max_age_seconds`. Raises what `make` raises.

        An incomplete report is never served stale, so that it does not outlive the outage that caused it.
        """
        entry = self._entries.get(key)
        freshness = self._freshness(entry, max_age_seconds)
        if entry and freshness is Freshness.FRESH:
            return entry.answer
        making = self._calls.start(key, lambda: self._make(key, make))
        if entry and freshness is Freshness.STALE and entry.answer.complete:
            return entry.answer
        return await asyncio.shield(making)

    def fresh(self, key: Hashable) -> Answer | None:
        """Return the report if it is in the cache and fresh."""
        entry = self._entries.get(key)
        return entry.answer if entry and self._freshness(entry) is Freshness.FRESH else None

    def _freshness(self, entry: _CacheEntry | None, max_age_seconds: float | None = None) -> Freshness:
        if entry is None:
            return Freshness.WORTHLESS
        policy = self._policy if max_age_seconds is None else self._policy.within(max_age_seconds)
        return policy.freshness((self._clock() - entry.made_at).total_seconds())

    async def aclose(self) -> None:
        await self._calls.aclose()

    async def _make(self, key: Hashable, make: Make) -> Answer:
        started_at = self._clock()
        answer = await make()
        self._entries.pop(key, None)
        with suppress(ValueError):  # larger than the whole cache
            self._entries[key] = _CacheEntry(answer, started_at)
        return answer


def _size(entry: _CacheEntry) -> int:
    """Return the approximate memory in bytes; compressed bodies add less than a quarter."""
    return len(entry.answer.body) * 5 // 4 + _ENTRY_BYTES


def answer_of(body: bytes, moment: dt.datetime, *, complete: bool) -> Answer:
    """Return the report with a tag of everything in it except the time."""
    before, _, after = body.rpartition(msgspec.json.encode(moment))
    content = before + after
    return Answer(body, hashlib.blake2b(content, digest_size=12).hexdigest(), complete)
