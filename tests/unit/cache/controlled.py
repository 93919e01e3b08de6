"""A cache with a controlled clock, and a loader whose loads a test can hold and release."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from keydesk.cache.cache import Cache, CacheLoader, Loaded
from keydesk.cache.cache_policy import CachePolicy
from keydesk.cache.counters import Counters

POLICY = CachePolicy(fresh_seconds=5.0, stale_seconds=60.0, outage_seconds=3600.0)


class ControlledClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class ControlledCache:
    """A cache with a controlled clock. Loads return `text` or raise `failure`."""

    def __init__(self, max_bytes: int = 10_000) -> None:
        self.clock = ControlledClock()
        self.listens = True
        self.unread: set[str] = set()
        self.cache = Cache(self.clock, max_bytes, Counters(), self.may_serve)
        self.text = "first"
        self.failure: Exception | None = None
        self.held: asyncio.Event | None = None
        self.loads = 0
        self.on_load: Callable[[], None] = lambda: None

    def may_serve(self) -> bool:
        """Drops the tags of `unread` changes first, as `SqliteBus` does."""
        unread, self.unread = self.unread, set()
        self.cache.drop(unread)
        return self.listens

    def loader(self, name: str = "alice", *tags: str, size: int = 100) -> CacheLoader[str]:
        """Return the loader of a person's entry. `tags` are further tags of the loaded value."""

        async def load() -> Loaded[str]:
            self.loads += 1
            text, failure = self.text, self.failure
            self.on_load()
            if self.held is not None:
                await self.held.wait()
            if failure is not None:
                raise failure
            return Loaded(text, frozenset({f"user:{name}", *tags}), size)

        return CacheLoader((name,), frozenset({f"user:{name}", "teams"}), POLICY, load)

    async def read(self, name: str = "alice", *tags: str) -> str:
        return (await self.cache.get(self.loader(name, *tags))).value

    async def settled(self) -> None:
        """Wait for all running loads."""
        await self.cache._loads.settled()
