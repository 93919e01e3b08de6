"""A year of usage of 50 keys and 40 models: the first read, later reads, and completeness."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.effort import Effort
from benchmarks.load.closed_loop import closed_loop
from benchmarks.load.figures import Figures
from benchmarks.load.wrk import load
from benchmarks.peers.activity_rows import UsedKey, Written, add_activity, many_models, remove_activity
from benchmarks.peers.desk import DeskPlan, as_person, desk
from benchmarks.peers.forwarder import Forwarded, forwarded
from benchmarks.peers.processes import Running
from benchmarks.peers.reference import reference
from benchmarks.peers.routes import Route, usage_route
from benchmarks.peers.scene import Scene, make_key, new_scene, take_away
from benchmarks.peers.stage import answer, open_accounts
from benchmarks.peers.straight import straight_upstream
from benchmarks.peers.upstream import Upstream, upstream

DAYS, KEYS, MODELS, MODELS_A_KEY = 365, 50, 40, 2
CONNECTIONS = 32
_SETTLING_SECONDS = 0.5
_TOO_SLOW_MILLISECONDS = 500


@dataclass(frozen=True)
class Read:
    """One way of reading the year. `complete` is its reported completeness, or None."""

    seconds: float
    spend: float
    requests: int
    complete: bool | None
    calls: dict[str, int]


@dataclass(frozen=True)
class Year:
    upstream: str
    written: Written
    straight_seconds: float
    straight_pages: int
    first: Read
    second: Read
    again: Figures
    crowd: Figures | None
    reference: Read | None


async def measure_usage(folder: Path, effort: Effort) -> Year | None:
    """Return None if LiteLLM's database is unknown, so that no usage can be written."""
    scene = new_scene()
    with upstream(folder, "slow") as direct, forwarded(direct) as gateway:
        if gateway.activity is None:
            return None
        plan = DeskPlan(gateway, f"sqlite:///{folder / 'keydesk.db'}", (scene.alice,), folder)
        tokens = plan.tokens()
        with desk(plan) as program:
            await open_accounts(program, tokens)
        with _used(direct, scene) as written:
            route = usage_route(scene.alice, scene.first_day(DAYS), scene.last_day, written.rows)
            with desk(plan) as program:
                request = route.request(as_person(tokens[scene.alice]))
                first = await _read(gateway, program, request)
                # A page also requests the account, which is not counted here.
                await open_accounts(program, tokens)
                await asyncio.sleep(_SETTLING_SECONDS)
                second = await _read(gateway, program, request)
                again = await load(program.url, [request], 1, effort.seconds)
                crowd = await _crowd(program, request, again, effort)
            straight = await _straight(direct, route)
            theirs = await _reference(gateway, route, folder)
            pages = len(route.upstream)
            return Year(direct.title, written, straight, pages, first, second, again, crowd, theirs)


@contextmanager
def _used(gateway: Upstream, scene: Scene) -> Iterator[Written]:
    """Return Alice's keys with a year of usage."""
    try:
        keys = [_key(gateway, scene, number) for number in range(KEYS)]
        yield add_activity(gateway, keys, scene.last_day, DAYS, many_models(MODELS))
    finally:
        remove_activity(gateway, scene.alice)
        take_away(gateway, "/user/delete", user_ids=[scene.alice])


def _key(gateway: Upstream, scene: Scene, number: int) -> UsedKey:
    names = tuple(f"model-{(number * MODELS_A_KEY + each) % MODELS + 1}" for each in range(MODELS_A_KEY))
    return make_key(gateway, f"{scene.run}-year-{number}", scene.alice, None, names)


async def _read(gateway: Forwarded, program: Running, request: bytes) -> Read:
    gateway.forget_calls()
    before = time.perf_counter()
    said: dict[str, Any] = json.loads(await answer(program, request))
    seconds = time.perf_counter() - before
    return Read(seconds, said["total_spend"], said["api_requests"], said.get("complete"), gateway.calls())


async def _crowd(program: Running, request: bytes, alone: Figures, effort: Effort) -> Figures | None:
    """Return None if a single read takes so long that many would occupy LiteLLM for minutes."""
    if alone.p50 > _TOO_SLOW_MILLISECONDS:
        return None
    return await load(program.url, [request], CONNECTIONS, effort.seconds)


async def _straight(gateway: Upstream, route: Route) -> float:
    """Return the seconds for all pages, one after another."""
    async with straight_upstream(gateway, [route]) as ask:
        return (await closed_loop([ask], 1)).seconds


async def _reference(gateway: Forwarded, route: Route, folder: Path) -> Read | None:
    with reference(gateway, folder) as plugin:
        return await _read(gateway, plugin, route.request(as_person(route.person))) if plugin else None
