"""Ten thousand people in one process: memory, latency, and growth."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.effort import Effort
from benchmarks.load.closed_loop import closed_loop
from benchmarks.load.connection import message
from benchmarks.load.figures import Figures
from benchmarks.load.wrk import askers, load
from benchmarks.parts.soak import Soak, soak
from benchmarks.peers.crowd import Belongings, settle
from benchmarks.peers.desk import API, DeskPlan, as_person, desk
from benchmarks.peers.processes import Running
from benchmarks.peers.upstream import sandbox

EACH = Belongings(keys=5, teams=3)
PATHS = ("/user/info", "/keys", "/teams")
WARMING_CONNECTIONS, CONNECTIONS = 16, 32
_STRANGERS_SHARE = 0.2
"""The number of additional people in the soak."""
ASKED = 500


@dataclass(frozen=True)
class People:
    """Resident memory in MiB: when ready, and with all people cached."""

    people: int
    ready_mib: float
    warm_mib: float
    warming: Figures
    reads: Figures
    soak: Soak

    @property
    def kib_each(self) -> float:
        return 1024 * (self.warm_mib - self.ready_mib) / self.people


async def measure_people(folder: Path, effort: Effort) -> People:
    """Let people arrive, send requests as some of them, then let all of them and some more make changes for a while.

    All people of the soak were there before it, so new people do not account for any growth of memory.
    """
    everybody = [f"person-{number}" for number in range(int(effort.people * (1 + _STRANGERS_SHARE)))]
    with _town(folder, everybody) as (program, tokens):
        ready = program.resident_mib()
        warm = everybody[: effort.people]
        warming = await _warm(program, [tokens[name] for name in warm])
        warm_mib = program.resident_mib()
        asked = random.Random(1).sample(warm, min(ASKED, len(warm)))  # noqa: S311 - repeatable, not secret
        requests = [_read(path, tokens[name]) for name in asked for path in PATHS]
        await _warm(program, [tokens[name] for name in asked])
        reads = await load(program.url, requests, CONNECTIONS, effort.seconds)
        await _warm(program, [tokens[name] for name in everybody[effort.people :]])
        soaked = await soak(program, list(tokens.values()), effort.soak_seconds)
        return People(effort.people, ready, warm_mib, warming, reads, soaked)


@contextmanager
def _town(folder: Path, everybody: Sequence[str]) -> Iterator[tuple[Running, Mapping[str, str]]]:
    with sandbox(folder, "fast") as gateway:
        settle(gateway.database, everybody, EACH)
        plan = DeskPlan(gateway, f"sqlite:///{folder / 'keydesk.db'}", tuple(everybody), folder)
        tokens = plan.tokens()
        with desk(plan) as program:
            yield program, tokens


async def _warm(program: Running, tokens: Sequence[str]) -> Figures:
    """Send one request per person and path."""
    requests = iter([_read(path, token) for token in tokens for path in PATHS])
    async with askers(program.url, requests, WARMING_CONNECTIONS) as workers:
        return await closed_loop(workers, len(tokens) * len(PATHS))


def _read(path: str, token: str) -> bytes:
    return message("GET", f"{API}{path}", as_person(token))
