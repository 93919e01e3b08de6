"""The first day of many people: new people with five parallel calls each, at two replicas with one PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from benchmarks.effort import Effort
from benchmarks.load.closed_loop import Worker, closed_loop
from benchmarks.load.connection import Connection, connect, message
from benchmarks.load.figures import Figures
from benchmarks.peers.databases import postgres_database, postgres_version
from benchmarks.peers.desk import API, DeskPlan, as_person, desk
from benchmarks.peers.upstream import Sandbox, sandbox

CALLS_EACH = 5
ARRIVING_TOGETHER = 20
REPLICAS = 2


@dataclass(frozen=True)
class Provisioned:
    """`arrivals` has one latency per person: until the last of their responses. `answers` are by status."""

    people: int
    arrivals: Figures
    answers: Counter[int]
    upstream_calls: dict[str, int]
    postgres: str

    @property
    def accounts_created(self) -> int:
        return self.upstream_calls.get("POST /user/new", 0)

    @property
    def keys_created(self) -> int:
        return self.upstream_calls.get("POST /key/generate", 0)

    @property
    def is_exact(self) -> bool:
        """Return whether each person got exactly one account, and nothing else."""
        return self.accounts_created == self.people and self.keys_created == 0


async def measure_provisioning(folder: Path, effort: Effort) -> Provisioned:
    """Let this many people arrive, `ARRIVING_TOGETHER` at a time."""
    names = tuple(f"newcomer-{number}" for number in range(effort.newcomers))
    with ExitStack() as stack:
        gateway = stack.enter_context(sandbox(folder, "fast"))
        database_url = stack.enter_context(postgres_database())
        plan = DeskPlan(gateway, database_url, names, folder)
        urls = [stack.enter_context(desk(plan)).url for _ in range(REPLICAS)]
        arrivals, answers = await _arrivals(gateway, urls, list(plan.tokens().values()))
        calls = gateway.calls()
        return Provisioned(len(names), arrivals, answers, calls, postgres_version(database_url))


async def _arrivals(
    gateway: Sandbox, urls: Sequence[str], tokens: Sequence[str]
) -> tuple[Figures, Counter[int]]:
    answers: Counter[int] = Counter()
    newcomers = iter(tokens)
    groups = [await _connections(urls, first) for first in range(ARRIVING_TOGETHER)]
    gateway.forget_calls()
    workers = [_worker(group, newcomers, answers) for group in groups]
    arrivals = await closed_loop(workers, len(tokens))
    for connection in (connection for group in groups for connection in group):
        connection.close()
    return arrivals, answers


async def _connections(urls: Sequence[str], first: int) -> list[Connection]:
    """Return one connection for each of a person's calls, alternating between the replicas."""
    return [await connect(urls[(first + number) % len(urls)]) for number in range(CALLS_EACH)]


def _worker(group: Sequence[Connection], newcomers: Iterator[str], answers: Counter[int]) -> Worker:
    async def arrive() -> int:
        """Make the next person's calls. Return the worst status."""
        request = message("GET", f"{API}/user/info", as_person(next(newcomers)))
        said = await asyncio.gather(*(connection.exchange(request) for connection in group))
        statuses = [each.status for each in said]
        answers.update(statuses)
        return max(statuses, default=HTTPStatus.OK)

    return arrive
