"""Replicas that cache key counts do not exceed the limit together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import anyio
import pytest

from keydesk.keys.counts import KeyCounts
from keydesk.keys.owners import team_owner
from keydesk.kit.clock import utc_now
from keydesk.kit.problems import TooMany
from keydesk.litellm import LiteLLM
from keydesk.settings import KeyGeneration
from keydesk.storage.leases import Leases

pytestmark = pytest.mark.anyio
RULES = KeyGeneration(max_keys_per_person=500)


class Upstream:
    """Counts keys as LiteLLM does, and provides leases that all replicas share."""

    def __init__(self) -> None:
        self.keys, self.requests = 0, 0
        self._lock = anyio.Lock()

    async def count(self, **_: Any) -> int:
        self.requests += 1
        return self.keys

    @asynccontextmanager
    async def hold(self, _: str) -> AsyncIterator[None]:
        async with self._lock:
            yield

    def replica(self) -> KeyCounts:
        gateway = SimpleNamespace(keys=SimpleNamespace(count=self.count))
        return KeyCounts(cast("LiteLLM", gateway), RULES, cast("Leases", self), utc_now)


async def create_until_limit(upstream: Upstream, replicas: list[KeyCounts]) -> None:
    """Let the replicas create keys in turn until all of them refuse."""
    left = list(replicas)
    while left:
        for replica in list(left):
            try:
                async with replica.reserve(await replica.of("jane", None), replaced=0):
                    upstream.keys += 1
            except TooMany:
                left.remove(replica)


@pytest.mark.parametrize("replicas", [1, 2, 4])
async def test_replicas_with_cached_counts_do_not_exceed_the_limit(replicas: int) -> None:
    upstream = Upstream()
    await create_until_limit(upstream, [upstream.replica() for _ in range(replicas)])
    assert upstream.keys == RULES.max_keys_per_person


async def test_a_warm_creation_sends_no_count_request() -> None:
    upstream = Upstream()
    replica = upstream.replica()
    for _ in range(25):
        async with replica.reserve(await replica.of("jane", None), replaced=0):
            upstream.keys += 1
    assert upstream.requests == 1


async def test_a_service_key_counts_only_for_its_team() -> None:
    counts = await Upstream().replica().of(team_owner("team-1"), "team-1")
    assert [(count.owner.user_id, count.owner.team_id) for count in counts] == [(None, "team-1")]
