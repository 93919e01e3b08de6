"""How many calls a second the gateway answers, call by call: where the figures of `litellm_pace.py` come from."""

from dataclasses import replace
from pathlib import Path

from benchmarks.load import Effort
from benchmarks.routes import Call, Route
from benchmarks.stage import staged
from benchmarks.subjects import measured, straight_upstream
from benchmarks.upstream import upstream

CONNECTIONS = 8


async def measure_pace(folder: Path, effort: Effort) -> tuple[str, dict[str, float]]:
    """The gateway's title, and the calls a second by path, each path alone."""
    with upstream(folder, "slow") as gateway:
        async with staged(gateway, folder) as stage:
            pace: dict[str, float] = {}
            for path, (route, calls) in _by_path(stage.routes).items():
                alone = replace(route, upstream=[[call] for call in calls])
                figures = await measured(straight_upstream(alone, gateway, CONNECTIONS), effort)
                pace[path] = figures.per_second * len(calls)
            return gateway.title, pace


def _by_path(routes: list[Route]) -> dict[str, tuple[Route, list[Call]]]:
    """The calls of the first route that makes any to the path; pages of different sizes are averaged so."""
    found: dict[str, tuple[Route, list[Call]]] = {}
    for route in routes:
        calls = [call for stage in route.upstream for call in stage]
        for path in dict.fromkeys(call.path for call in calls):
            found.setdefault(path, (route, [call for call in calls if call.path == path]))
    return found
