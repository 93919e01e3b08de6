"""Two replicas with caches: a change at one is visible at both as soon as it is confirmed.

Each person changes data at one replica and reads from either, while readers keep both caches warm and refreshes
running. `KEYDESK_READ_YOUR_WRITES` is the number of changes, `KEYDESK_READ_YOUR_WRITES_SEED` selects them.
"""

import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest

from tests.resilience.processes.conftest import TwoDesks
from tests.support.desk.desk import Visitor
from tests.support.required import real_is_required
from tests.support.upstream.making import Maker, Person, unique

pytestmark = [pytest.mark.anyio, pytest.mark.long]

CHANGES = int(os.environ.get("KEYDESK_READ_YOUR_WRITES", "120" if real_is_required() else "24"))
SEED = int(os.environ.get("KEYDESK_READ_YOUR_WRITES_SEED", "1"))
PEOPLE = 4
PAUSE_SECONDS = 0.05
"""The pause between two reads, which leaves time for changes."""
MOST_KEYS = 4


class Owner:
    """One person at both replicas, and the expected state of their keys."""

    def __init__(self, visitors: list[Visitor], dice: random.Random) -> None:
        self.visitors = visitors
        self.dice = dice
        self.expected: dict[str, dict[str, Any]] = {}
        self.stale: list[str] = []

    async def change_and_look(self) -> None:
        what = await self._change(self.dice.choice(self.visitors))
        shown = {key["token"]: key for key in await self.dice.choice(self.visitors).read("/keys")}
        if shown.keys() != self.expected.keys():
            self.stale.append(f"{what}: other keys")
            return
        for key_id, members in self.expected.items():
            if any(shown[key_id][name] != value for name, value in members.items()):
                self.stale.append(f"{what}: another content")

    async def _change(self, visitor: Visitor) -> str:
        kinds = ["issue"] if len(self.expected) < MOST_KEYS else []
        kinds += ["block", "rename", "budget", "delete"] if self.expected else []
        kind = self.dice.choice(kinds)
        if kind == "issue":
            issued = await visitor.issue(unique("laptop"))
            self.expected[issued["token"]] = {"blocked": False, "max_budget": 5.0}
            return kind
        key_id = self.dice.choice(sorted(self.expected))
        answer = await getattr(self, f"_{kind}")(visitor, key_id)
        assert answer.status_code == 200, f"{kind}: {answer.text}"
        return kind

    async def _block(self, visitor: Visitor, key_id: str) -> httpx2.Response:
        blocked = self.expected[key_id]["blocked"] = not self.expected[key_id]["blocked"]
        return await visitor.post(f"/keys/{key_id}/{'block' if blocked else 'unblock'}")

    async def _rename(self, visitor: Visitor, key_id: str) -> httpx2.Response:
        alias = self.expected[key_id]["key_alias"] = unique("renamed")
        return await visitor.post(f"/keys/{key_id}/update", key_alias=alias)

    async def _budget(self, visitor: Visitor, key_id: str) -> httpx2.Response:
        budget = self.expected[key_id]["max_budget"] = float(self.dice.randint(1, 10_000))
        return await visitor.post(f"/keys/{key_id}/update", max_budget=budget)

    async def _delete(self, visitor: Visitor, key_id: str) -> httpx2.Response:
        del self.expected[key_id]
        return await visitor.delete(f"/keys/{key_id}")


@asynccontextmanager
async def read_all_the_time(visitors: list[Visitor]) -> AsyncIterator[None]:
    """Reads from each replica repeatedly."""

    async def reload(visitor: Visitor) -> None:
        while True:
            await visitor.get("/keys")
            await anyio.sleep(PAUSE_SECONDS)

    async with anyio.create_task_group() as group:
        for visitor in visitors:
            group.start_soon(reload, visitor)
        yield
        group.cancel_scope.cancel()


async def test_no_read_returns_the_state_before_a_confirmed_change(
    two_desks: TwoDesks, desks: list[httpx2.AsyncClient], make: Maker
) -> None:
    owners = [
        Owner(await at_both(two_desks, desks, make), random.Random(SEED + number))  # noqa: S311 - repeatable, not secret
        for number in range(PEOPLE)
    ]

    async def live(owner: Owner) -> None:
        async with read_all_the_time(owner.visitors):
            for _ in range(CHANGES // PEOPLE):
                await owner.change_and_look()

    async with anyio.create_task_group() as group:
        for owner in owners:
            group.start_soon(live, owner)
    assert [stale for owner in owners for stale in owner.stale] == []


async def at_both(two_desks: TwoDesks, desks: list[httpx2.AsyncClient], make: Maker) -> list[Visitor]:
    name = two_desks.people.pop()
    make.user_ids.append(name)
    answer = await desks[0].post("/api/litellm/demo/sign-in", json={"person": name})
    return [Visitor(client, Person(name, f"{name}@example.com"), answer.json()["token"]) for client in desks]
