"""The speed of a page load and each of its reads, compared with the reference, LiteLLM itself, and the bare bytes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.effort import Effort
from benchmarks.load.closed_loop import timed_loop
from benchmarks.load.figures import Figures
from benchmarks.load.wrk import load
from benchmarks.peers.bare import bare
from benchmarks.peers.desk import desk
from benchmarks.peers.forwarder import Forwarded, forwarded
from benchmarks.peers.processes import Running
from benchmarks.peers.reference import reference
from benchmarks.peers.routes import Route, page_load
from benchmarks.peers.stage import Stage, answer, staged
from benchmarks.peers.straight import straight_upstream
from benchmarks.peers.upstream import upstream

CONNECTIONS = 32
_WARMING = 3


@dataclass(frozen=True)
class Row:
    """The same requests to all four. `cpu_seconds` is the processor time of the Keydesk process per request."""

    label: str
    keydesk: Figures
    cpu_seconds: float
    reference: Figures | None
    straight: Figures | None
    bare: Figures


@dataclass(frozen=True)
class PageCalls:
    """Upstream calls of one page load: the first after a start, the next, and one of the reference."""

    cold: dict[str, int]
    warm: dict[str, int]
    reference: dict[str, int] | None


@dataclass(frozen=True)
class Reads:
    upstream: str
    activity_rows: int
    page: Row
    routes: list[Row]
    calls: PageCalls


async def measure_reads(folder: Path, effort: Effort) -> Reads:
    """Run all loads, one after another."""
    with upstream(folder, "slow") as gateway:
        async with staged(gateway, folder) as stage:
            routes = page_load(stage.scene)
            await _warm(stage, routes)
            answers = {route.name: await answer(stage.desk, stage.request(route)) for route in routes}
            with bare(folder / "answers", answers) as bytes_only:
                page = await _row("Page load, all six in turn", stage, routes, bytes_only, effort)
                rows = [await _row(route.label, stage, [route], bytes_only, effort) for route in routes]
            calls = await _page_calls(stage, routes)
            return Reads(gateway.title, stage.activity_rows, page, rows, calls)


async def _warm(stage: Stage, routes: Sequence[Route]) -> None:
    for route in [*routes] * _WARMING:
        await answer(stage.desk, stage.request(route))


async def _row(label: str, stage: Stage, routes: Sequence[Route], bytes_only: Running, effort: Effort) -> Row:
    ours = [stage.request(route) for route in routes]
    before = stage.desk.cpu_seconds()
    keydesk = await load(stage.desk.url, ours, CONNECTIONS, effort.seconds)
    used = stage.desk.cpu_seconds() - before
    bare_requests = [stage.bare_request(route) for route in routes]
    return Row(
        label,
        keydesk,
        used / max(1, keydesk.requests),
        await _reference(stage, routes, effort),
        await _straight(stage, routes, effort),
        await load(bytes_only.url, bare_requests, CONNECTIONS, max(1, effort.seconds // 2)),
    )


async def _reference(stage: Stage, routes: Sequence[Route], effort: Effort) -> Figures | None:
    if stage.reference is None:
        return None
    requests = [stage.reference_request(route) for route in routes]
    return await load(stage.reference.url, requests, CONNECTIONS, effort.slow_seconds)


async def _straight(stage: Stage, routes: Sequence[Route], effort: Effort) -> Figures | None:
    asked = [route for route in routes if route.upstream]
    if not asked:
        return None
    async with straight_upstream(stage.plan.upstream, asked) as ask:
        return await timed_loop([ask] * CONNECTIONS, effort.slow_seconds)


async def _page_calls(stage: Stage, routes: Sequence[Route]) -> PageCalls:
    """Measure with a Keydesk and a reference that have just started.

    Keydesk loads the models, which belong to no person, at its start; they are awaited here.
    """
    with forwarded(stage.plan.upstream) as gateway, desk(replace(stage.plan, upstream=gateway)) as program:
        ours = [stage.request(route) for route in routes]
        await _calls(gateway, program, [stage.request(each) for each in routes if each.name == "models"])
        cold = await _calls(gateway, program, ours)
        warm = await _calls(gateway, program, ours)
        with reference(gateway, stage.plan.folder) as plugin:
            theirs = [stage.reference_request(route) for route in routes]
            return PageCalls(cold, warm, await _calls(gateway, plugin, theirs) if plugin else None)


async def _calls(gateway: Forwarded, program: Running, requests: Sequence[bytes]) -> dict[str, int]:
    """Return the upstream calls of the requests, sent in parallel as a browser does."""
    gateway.forget_calls()
    await asyncio.gather(*(answer(program, request) for request in requests))
    return gateway.calls()
