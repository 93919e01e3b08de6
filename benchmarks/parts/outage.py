"""An outage of LiteLLM: what people still get, its reported age, and how quickly changes are refused."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from pathlib import Path

import httpx2

from benchmarks.effort import Effort
from benchmarks.load.closed_loop import Worker, closed_loop
from benchmarks.load.figures import Figures
from benchmarks.load.wrk import askers, load
from benchmarks.peers.desk import API, as_person, desk
from benchmarks.peers.forwarder import forwarded
from benchmarks.peers.processes import Running
from benchmarks.peers.reference import reference
from benchmarks.peers.routes import Route, key_generation, page_load
from benchmarks.peers.stage import Stage, answer, staged
from benchmarks.peers.upstream import upstream

READERS, WRITERS, WRITES = 32, 8, 200
_OLD_SECONDS = 6
"""The time after which no cached data is fresh."""
_HEADERS = ("age", "warning")


@dataclass(frozen=True)
class Outage:
    """`headers` are those of a read that contain its age. `answers` are the statuses of writes."""

    upstream: str
    reads: Figures
    headers: dict[str, str]
    writes: Figures
    answers: Counter[int]
    reference_reads: Figures | None


async def measure_outage(folder: Path, effort: Effort) -> Outage:
    """Use a warm Keydesk whose gateway stops suddenly."""
    with upstream(folder, "slow") as gateway:
        async with staged(gateway, folder) as stage:
            with (
                forwarded(gateway) as leaving,
                desk(replace(stage.plan, upstream=leaving)) as program,
                reference(leaving, folder) as plugin,
            ):
                routes = page_load(stage.scene)
                await _warm(program, stage, routes)
                leaving.take_away()
                await asyncio.sleep(_OLD_SECONDS)
                return await _measured(gateway.title, program, plugin, stage, effort)


async def _warm(program: Running, stage: Stage, routes: Sequence[Route]) -> None:
    generation = stage.request(key_generation(stage.scene))
    for request in [*[stage.request(route) for route in routes] * 2, generation]:
        await answer(program, request)


async def _measured(
    title: str, program: Running, plugin: Running | None, stage: Stage, effort: Effort
) -> Outage:
    routes = page_load(stage.scene)
    reads = await load(program.url, [stage.request(route) for route in routes], READERS, effort.seconds)
    headers = _age(program, as_person(stage.tokens[stage.scene.alice]))
    writes, answers = await _writes(program, stage.request(key_generation(stage.scene)))
    theirs = None
    if plugin is not None:
        requests = [stage.reference_request(route) for route in routes]
        theirs = await load(plugin.url, requests, READERS, max(1, effort.seconds // 2))
    return Outage(title, reads, headers, writes, answers, theirs)


def _age(program: Running, headers: dict[str, str]) -> dict[str, str]:
    said = httpx2.get(f"{program.url}{API}/keys", headers=headers, trust_env=False).headers
    return {name: said[name] for name in _HEADERS if name in said}


async def _writes(program: Running, request: bytes) -> tuple[Figures, Counter[int]]:
    answers: Counter[int] = Counter()
    async with askers(program.url, repeat(request), WRITERS) as workers:
        return await closed_loop([_counted(worker, answers) for worker in workers], WRITES), answers


def _counted(worker: Worker, answers: Counter[int]) -> Worker:
    async def ask() -> int:
        status = await worker()
        answers[status] += 1
        return status

    return ask
