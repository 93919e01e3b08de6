"""Many new people who visit several Keydesk processes in parallel, each with several parallel requests."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import httpx2

from keydesk.app import API
from tests.support.peers.backstage import Backstage

POWER_TEAM, POWER_GROUP = "prompt-team", "ai-power-users"
ORDINARY_BUDGET, POWER_BUDGET = 25.0, 75.0
CALLS_EACH = 5
FIGURES = "crowd"
"""The property of a test's report with the figures."""


@dataclass(frozen=True)
class Newcomer:
    name: str
    token: str
    budget: float


@dataclass(frozen=True)
class Figures:
    people: int
    calls: int
    seconds: float

    def __str__(self) -> str:
        rates = f"{self.people / self.seconds:.0f} people/s, {self.calls / self.seconds:.0f} calls/s"
        return f"{self.people} new people, {self.calls} calls: {self.seconds:.1f} s, {rates}"


def newcomers(backstage: Backstage, number: int) -> list[Newcomer]:
    """Put people into the catalog, every tenth of them a power user by way of a child group, and sign them in."""
    backstage.knows_group(POWER_TEAM, POWER_GROUP)
    backstage.knows_group(POWER_GROUP)
    return [_newcomer(backstage, f"person-{index}", is_powerful=index % 10 == 0) for index in range(number)]


def _newcomer(backstage: Backstage, name: str, *, is_powerful: bool) -> Newcomer:
    groups = [POWER_TEAM] if is_powerful else []
    backstage.knows(name, *groups, email=f"{name}@example.com", displayName=name.title())
    return Newcomer(name, backstage.token_of(name), POWER_BUDGET if is_powerful else ORDINARY_BUDGET)


async def all_arrive(
    people: Sequence[Newcomer], desks: Sequence[httpx2.AsyncClient], at_a_time: int
) -> Figures:
    """Send everyone's first requests, alternating between the processes. Check that each response is the right account.

    `at_a_time` people send requests in parallel. The others wait.
    """
    slots = asyncio.Semaphore(at_a_time)
    began_at = time.perf_counter()

    async def arrives(index: int, newcomer: Newcomer) -> None:
        turns = islice(cycle(desks), index, index + CALLS_EACH)
        async with slots:
            answers = await asyncio.gather(*(_first_call(desk, newcomer) for desk in turns))
        expected = (200, newcomer.name, f"{newcomer.name}@example.com", newcomer.budget)
        assert set(answers) == {expected}, answers

    async with asyncio.TaskGroup() as group:
        for index, newcomer in enumerate(people):
            group.create_task(arrives(index, newcomer))
    return Figures(len(people), len(people) * CALLS_EACH, time.perf_counter() - began_at)


async def _first_call(desk: httpx2.AsyncClient, newcomer: Newcomer) -> tuple[Any, ...]:
    answer = await desk.get(f"{API}/user/info", headers={"Authorization": f"Bearer {newcomer.token}"})
    account = answer.json()
    return answer.status_code, account.get("user_id"), account.get("user_email"), account.get("max_budget")
