"""How fast the routes of a page load answer, beside the upstream calls they need and beside the bare bytes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Effort, Figures
from benchmarks.processes import Running, free_port, running
from benchmarks.routes import Route
from benchmarks.stage import Stage, answer, staged
from benchmarks.subjects import measured, only_bytes, straight_upstream, through_keydesk
from benchmarks.upstream import upstream

CONNECTIONS = (1, 8)


@dataclass(frozen=True)
class Cell:
    """One route at one number of connections."""

    route: Route
    keydesk: Figures
    straight: Figures
    bare: Figures


@dataclass(frozen=True)
class Reads:
    upstream: str
    activity_rows: int
    cells: list[Cell]


async def measure_reads(folder: Path, effort: Effort) -> Reads:
    """All cells; the three loops of a cell one after the other."""
    with upstream(folder, "slow") as gateway:
        async with staged(gateway, folder) as stage:
            answers = {route.name: await answer(stage.desk, stage.request(route)) for route in stage.routes}
            with _bare(folder / "answers", answers) as bare:
                cells = [
                    await _cell(stage, route, bare, number, effort)
                    for route in stage.routes
                    for number in CONNECTIONS
                ]
            return Reads(gateway.title, stage.activity_rows, cells)


async def _cell(stage: Stage, route: Route, bare: Running, connections: int, effort: Effort) -> Cell:
    keydesk = through_keydesk(route, stage.desk.url, stage.headers(route), connections)
    straight = straight_upstream(route, stage.plan.upstream, connections)
    return Cell(
        route,
        await measured(keydesk, effort),
        await measured(straight, effort),
        await measured(only_bytes(route, bare.url, connections), effort),
    )


@contextmanager
def _bare(folder: Path, answers: Mapping[str, bytes]) -> Iterator[Running]:
    """A server of the same answers, without any work for them."""
    folder.mkdir()
    for name, content in answers.items():
        (folder / name).write_bytes(content)
    port = free_port()
    with running("benchmarks.programs.bare_starlette", [str(port), str(folder)], port, f"/{name}") as program:
        yield program
