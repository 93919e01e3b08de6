"""A clock that stands still, and a source whose loads end when a test says so."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from keydesk.cache.cache import Cache, CacheLoader, Loaded
from keydesk.cache.cache_policy import CachePolicy
from keydesk.cache.counters import Counters

POLICY = CachePolicy(fresh_seconds=5.0, stale_seconds=60.0, outage_seconds=3600.0)


class HeldClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Kept:
    """Cache under a held clock, and a gateway whose answer is `text`, or `failure`."""

    def __init__(self, max_bytes: int = 10_000) -> None:
        self.clock = HeldClock()
        self.listens = True
        self.unheard: set[str] = set()
        self.snapshots = Cache(self.clock, max_bytes, Counters(), self.may_serve)
        self.text = "first"
        self.failure: Exception | None = None
        self.held: asyncio.Event | None = None
        self.loads = 0
        self.on_load: Callable[[], None] = lambda: None

    def may_serve(self) -> bool:
        """Hears of `unheard` changes on being asked, as over SQLite."""
        unheard, self.unheard = self.unheard, set()
        self.snapshots.drop(unheard)
        return self.listens

    def source(self, name: str = "alice", *tags: str, size: int = 100) -> CacheLoader[str]:
        """A person's snapshot. `tags` are what it turns out to hold, besides the person."""

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
        return (await self.snapshots.get(self.source(name, *tags))).value

    async def settled(self) -> None:
        """Let what runs in the background come to its end."""
        await self.snapshots._loads.settled()
