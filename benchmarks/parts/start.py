"""The start time and memory of `keydesk serve`, compared with a minimal FastAPI service."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from benchmarks.effort import Effort
from benchmarks.load.connection import message
from benchmarks.peers.desk import desk
from benchmarks.peers.processes import Running, free_port, python, running
from benchmarks.peers.routes import page_load
from benchmarks.peers.stage import Stage, answer, staged
from benchmarks.peers.upstream import sandbox

SETTLING_SECONDS = 5
MIXED_REQUESTS = 200
Program = Callable[[], AbstractContextManager[Running]]


@dataclass(frozen=True)
class Started:
    """Seconds from spawn to ready and processor time until then, one per run; resident memory in MiB."""

    seconds: list[float]
    cpu_seconds: list[float]
    idle_mib: float
    used_mib: float


@dataclass(frozen=True)
class Starts:
    upstream: str
    keydesk: Started
    bare: Started


async def measure_start(folder: Path, effort: Effort) -> Starts:
    """Start both alternately, so that other load of the machine affects both."""
    with sandbox(folder, "fast") as gateway:
        async with staged(gateway, folder) as stage:
            ours = partial(desk, stage.plan)
            pairs = [(_start(ours), _start(_bare)) for _ in range(effort.starts)]
            keydesk = _started([pair[0] for pair in pairs], await _memory(ours, partial(_use_keydesk, stage)))
            bare = _started([pair[1] for pair in pairs], await _memory(_bare, _use_bare))
            return Starts(gateway.title, keydesk, bare)


def _bare() -> AbstractContextManager[Running]:
    port = free_port()
    return running(python("benchmarks.programs.bare_fastapi", str(port)), port, "/ready")


def _start(program: Program) -> tuple[float, float]:
    """Return the seconds until it was ready, and the processor time until then."""
    with program() as started:
        return started.seconds_to_ready, started.cpu_seconds()


def _started(runs: list[tuple[float, float]], memory: tuple[float, float]) -> Started:
    return Started([run[0] for run in runs], [run[1] for run in runs], *memory)


async def _memory(program: Program, use: Callable[[Running], Awaitable[None]]) -> tuple[float, float]:
    """Return the resident memory after the start, and after some requests."""
    with program() as started:
        await asyncio.sleep(SETTLING_SECONDS)
        idle = started.resident_mib()
        await use(started)
        return idle, started.resident_mib()


async def _use_keydesk(stage: Stage, program: Running) -> None:
    for route in islice(cycle(page_load(stage.scene)), MIXED_REQUESTS):
        await answer(program, stage.request(route))


async def _use_bare(program: Running) -> None:
    for _ in range(MIXED_REQUESTS):
        await answer(program, message("GET", "/ready", {}))
