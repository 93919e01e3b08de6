"""A crowd's first day: new people, five calls at once each, at two replicas that share one PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import psycopg

from benchmarks.connection import Connection, connect, message
from benchmarks.desk import API, DeskPlan, as_person, desk, sign_in
from benchmarks.load import Figures, Worker, closed_loop
from benchmarks.upstream import Sandbox, sandbox
from tests.peers.postgres import given_server, new_database, started_server

CALLS_EACH = 5
ARRIVING_TOGETHER = 20
REPLICAS = 2


@dataclass(frozen=True)
class Provisioned:
    """`arrivals` has one latency a person: until the last of their calls was answered. `answers` are by status."""

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
        """Whether each person got exactly one account, and nothing else."""
        return self.accounts_created == self.people and self.keys_created == 0


async def measure_provisioning(folder: Path, people: int) -> Provisioned:
    """Let so many people arrive, some of them at any time (`ARRIVING_TOGETHER`)."""
    names = tuple(f"newcomer-{number}" for number in range(people))
    with ExitStack() as stack:
        gateway = stack.enter_context(sandbox(folder, "fast"))
        database_url = stack.enter_context(_database())
        plan = DeskPlan(gateway, database_url, names, folder)
        urls = [stack.enter_context(desk(plan)).url for _ in range(REPLICAS)]
        tokens = list((await sign_in(urls[0], names)).values())
        arrivals, answers = await _arrivals(gateway, urls, tokens)
        return Provisioned(people, arrivals, answers, gateway.calls(), _version(database_url))


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
    """One for each of a person's calls, in turn at one replica and the other."""
    return [await connect(urls[(first + number) % len(urls)]) for number in range(CALLS_EACH)]


def _worker(group: Sequence[Connection], newcomers: Iterator[str], answers: Counter[int]) -> Worker:
    async def arrive() -> int:
        """Let the next person make their calls; the status is that of the worst answer."""
        request = message("GET", f"{API}/user/info", as_person(next(newcomers)))
        said = await asyncio.gather(*(connection.exchange(request) for connection in group))
        statuses = [each.status for each in said]
        answers.update(statuses)
        return max(statuses, default=HTTPStatus.OK)

    return arrive


@contextmanager
def _database() -> Iterator[str]:
    """An empty database on the given PostgreSQL server, or on one that is started for this."""
    with ExitStack() as stack:
        server = given_server() or stack.enter_context(started_server())
        yield stack.enter_context(new_database(server))


def _version(database_url: str) -> str:
    with psycopg.connect(database_url) as connection:
        return f"PostgreSQL {connection.info.server_version // 10_000}"
