"""How many calls per second the gateway handles, for each call: the source of the figures in `litellm_pace.py`."""

from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.effort import Effort
from benchmarks.load.closed_loop import timed_loop
from benchmarks.peers.routes import Call, Route, key_generation, page_load
from benchmarks.peers.stage import staged
from benchmarks.peers.straight import straight_upstream
from benchmarks.peers.upstream import upstream

CONNECTIONS = 8


@dataclass(frozen=True)
class Pace:
    """Calls per second by path, each path alone."""

    upstream: str
    per_second: dict[str, float]


async def measure_pace(folder: Path, effort: Effort) -> Pace:
    with upstream(folder, "slow") as gateway:
        async with staged(gateway, folder) as stage:
            pace: dict[str, float] = {}
            routes = [*page_load(stage.scene), key_generation(stage.scene)]
            for path, (route, calls) in _by_path(routes).items():
                alone = replace(route, upstream=[[call] for call in calls])
                async with straight_upstream(gateway, [alone]) as ask:
                    figures = await timed_loop([ask] * CONNECTIONS, effort.slow_seconds)
                pace[path] = figures.per_second * len(calls)
            return Pace(gateway.title, pace)


def _by_path(routes: list[Route]) -> dict[str, tuple[Route, list[Call]]]:
    """Return the calls of the first route for each path."""
    found: dict[str, tuple[Route, list[Call]]] = {}
    for route in routes:
        calls = [call for stage in route.upstream for call in stage]
        for path in dict.fromkeys(call.path for call in calls):
            found.setdefault(path, (route, [call for call in calls if call.path == path]))
    return found
