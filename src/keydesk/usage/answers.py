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
class _Given:
    answer: Answer
    made_at: dt.datetime


Make = Callable[[], Coroutine[Any, Any, Answer]]


class Answers:
    """A cache of reports, limited in bytes. Concurrent requests for a report share one computation."""

    def __init__(self, max_bytes: int, fresh_seconds: float, clock: Clock) -> None:
        self._given: LRUCache[Hashable, _Given] = LRUCache(max_bytes, _size)
        self._policy = CachePolicy(fresh_seconds, fresh_seconds * _STALE_FACTOR, outage_seconds=0)
        self._clock = clock
        self._calls: SingleFlight[Hashable, Answer] = SingleFlight(LiteLLMError, keeps_deadline=True)

    async def get(self, key: Hashable, make: Make) -> Answer:
        """Return the report for `key`. Raises what `make` raises.

        An incomplete report is never served stale, so that it does not outlive the outage that caused it.
        """
        given = self._given.get(key)
        freshness = self._freshness(given)
        if given and freshness is Freshness.FRESH:
            return given.answer
        making = self._calls.start(key, lambda: self._make(key, make))
        if given and freshness is Freshness.STALE and given.answer.complete:
            return given.answer
        return await asyncio.shield(making)

    def fresh(self, key: Hashable) -> Answer | None:
        """Return the report if it is in the cache and fresh."""
        given = self._given.get(key)
        return given.answer if given and self._freshness(given) is Freshness.FRESH else None

    def _freshness(self, given: _Given | None) -> Freshness:
        if given is None:
            return Freshness.WORTHLESS
        return self._policy.freshness((self._clock() - given.made_at).total_seconds())

    async def aclose(self) -> None:
        await self._calls.aclose()

    async def _make(self, key: Hashable, make: Make) -> Answer:
        began = self._clock()
        answer = await make()
        self._given.pop(key, None)
        with suppress(ValueError):  # larger than the whole cache
            self._given[key] = _Given(answer, began)
        return answer


def _size(given: _Given) -> int:
    """Return the approximate memory in bytes; compressed bodies add less than a quarter."""
    return len(given.answer.body) * 5 // 4 + _ENTRY_BYTES


def answer_of(body: bytes, moment: dt.datetime, *, complete: bool) -> Answer:
    """Return the report with a tag of everything in it except the time."""
    before, _, after = body.rpartition(msgspec.json.encode(moment))
    said = before + after
    return Answer(body, hashlib.blake2b(said, digest_size=12).hexdigest(), complete)
