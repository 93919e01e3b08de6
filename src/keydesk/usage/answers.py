"""Answers as bytes, given again for a few seconds, and a little longer while a newer one is made."""

import asyncio
import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec
import structlog
from cachetools import LRUCache

from keydesk.cache.cached_json import CachedJson
from keydesk.kit.clock import Clock
from keydesk.litellm import LiteLLMError

_log = structlog.get_logger(__name__)
_STALE_FACTOR = 5
_ENTRY_BYTES = 1_000


@dataclass(slots=True)
class Answer:
    """`tag` is the same for the same figures, whatever the moment they were read at."""

    body: bytes = field(repr=False)
    tag: str
    complete: bool
    ready: CachedJson = field(init=False, repr=False)
    """As it is sent. The tag is weak: figures read a moment later are the same to whoever has them."""

    def __post_init__(self) -> None:
        self.ready = CachedJson(self.body, f'W/"{self.tag}"'.encode())


@dataclass(frozen=True, slots=True)
class _Given:
    answer: Answer
    made_at: dt.datetime


Make = Callable[[], Awaitable[Answer]]


class Answers:
    """Each is made once at a time, however many ask for it. Bounded by bytes."""

    def __init__(self, max_bytes: int, fresh_seconds: float, clock: Clock) -> None:
        self._given: LRUCache[Hashable, _Given] = LRUCache(max_bytes, _size)
        self._fresh = dt.timedelta(seconds=fresh_seconds)
        self._clock = clock
        self._making: dict[Hashable, asyncio.Task[Answer]] = {}

    async def get(self, key: Hashable, make: Make) -> Answer:
        """The answer to `key`. Raises what `make` raises.

        What is incomplete is not given again for longer than it is fresh, so that an outage is not seen after its end.
        """
        given = self._given.get(key)
        age = self._clock() - given.made_at if given else None
        if given and age is not None and age < self._fresh:
            return given.answer
        making = self._made(key, make)
        if given and age is not None and age < self._fresh * _STALE_FACTOR and given.answer.complete:
            return given.answer
        return await asyncio.shield(making)

    def fresh(self, key: Hashable) -> Answer | None:
        """The answer, if it can be given as it is."""
        given = self._given.get(key)
        return given.answer if given and self._clock() - given.made_at < self._fresh else None

    async def aclose(self) -> None:
        making = list(self._making.values())
        for task in making:
            task.cancel()
        await asyncio.gather(*making, return_exceptions=True)

    def _made(self, key: Hashable, make: Make) -> asyncio.Task[Answer]:
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.create_task(self._make(key, make))
            making.add_done_callback(_looked_at)
        return making

    async def _make(self, key: Hashable, make: Make) -> Answer:
        began = self._clock()
        try:
            answer = await make()
        finally:
            self._making.pop(key, None)
        self._given.pop(key, None)
        with suppress(ValueError):  # larger than the whole memory
            self._given[key] = _Given(answer, began)
        return answer


def _size(given: _Given) -> int:
    """Return the bytes of memory, roughly; figures compress to less than a quarter."""
    return len(given.answer.body) * 5 // 4 + _ENTRY_BYTES


def answer_of(body: bytes, moment: dt.datetime, *, complete: bool) -> Answer:
    """The answer, with a tag of all of it but the moment."""
    before, _, after = body.rpartition(msgspec.json.encode(moment))
    said = before + after
    return Answer(body, hashlib.blake2b(said, digest_size=12).hexdigest(), complete)


def _looked_at(making: asyncio.Task[Answer]) -> None:
    """Report the failure of an answer that perhaps nobody waits for."""
    failure = None if making.cancelled() else making.exception()
    if failure is not None and not isinstance(failure, LiteLLMError):
        _log.error("usage_not_answered", exc_info=failure)
