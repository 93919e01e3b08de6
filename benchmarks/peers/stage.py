"""All servers of a measurement: a gateway with the scene's people, Keydesk and the reference."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from benchmarks.load.connection import connect, message
from benchmarks.peers.desk import API, DeskPlan, as_person, desk
from benchmarks.peers.processes import Running
from benchmarks.peers.reference import reference
from benchmarks.peers.routes import Route
from benchmarks.peers.scene import Scene, new_scene, set_scene
from benchmarks.peers.upstream import Upstream


@dataclass(frozen=True)
class Stage:
    """`tokens` are those of the scene's people by name; another Keydesk of the same plan accepts them too.

    There is no `reference` without Node.js.
    """

    plan: DeskPlan
    desk: Running
    reference: Running | None
    scene: Scene
    tokens: Mapping[str, str] = field(repr=False)
    activity_rows: int

    def request(self, route: Route) -> bytes:
        """Return one request of the route to Keydesk, as its person."""
        return route.request(as_person(self.tokens[route.person]))

    def reference_request(self, route: Route) -> bytes:
        return route.request(as_person(route.person))

    def bare_request(self, route: Route) -> bytes:
        return route.bare_request(as_person(self.tokens[route.person]))


@asynccontextmanager
async def staged(upstream: Upstream, folder: Path) -> AsyncIterator[Stage]:
    """Start Keydesk on SQLite, create the people's accounts through it, and set the scene."""
    scene = new_scene()
    database_url = f"sqlite:///{folder / f'{scene.run}.db'}"
    plan = DeskPlan(upstream, database_url, (scene.alice, scene.bob), folder)
    with reference(upstream, folder) as plugin:
        with desk(plan) as program:
            tokens = plan.tokens()
            await open_accounts(program, tokens)
        # The first Keydesk's cache is from before the scene was set.
        with set_scene(upstream, scene) as rows, desk(plan) as program:
            yield Stage(plan, program, plugin, scene, tokens, rows)


async def open_accounts(program: Running, tokens: Mapping[str, str]) -> None:
    """Make everyone's first visit."""
    for token in tokens.values():
        await answer(program, message("GET", f"{API}/user/info", as_person(token)))


async def answer(program: Running, request: bytes) -> bytes:
    """Return the body of the response to one request. Raises RuntimeError unless it is 200."""
    connection = await connect(program.url)
    said = await connection.exchange(request)
    connection.close()
    if said.status != HTTPStatus.OK:
        raise RuntimeError(f"{request.split(b' HTTP')[0]!r} answered {said.status}: {said.content[:500]!r}")
    return said.content
