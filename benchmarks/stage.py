"""Everything a measurement needs to be up: a gateway with the scene's people, and a key desk in front of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from benchmarks.connection import connect, message
from benchmarks.desk import API, DeskPlan, as_person, desk, sign_in
from benchmarks.processes import Running
from benchmarks.routes import Route, content, routes, target
from benchmarks.scene import new_scene, set_scene
from benchmarks.upstream import Upstream


@dataclass(frozen=True)
class Stage:
    """`tokens` are those of the scene's people by name; another desk of the same plan takes them too."""

    plan: DeskPlan
    desk: Running
    routes: list[Route]
    tokens: dict[str, str] = field(repr=False)
    activity_rows: int

    def headers(self, route: Route) -> dict[str, str]:
        return as_person(self.tokens[route.person])

    def request(self, route: Route) -> bytes:
        """One request for the route, as the person it is about."""
        return message(route.call.method, target(route.call), self.headers(route), content(route.call))


@asynccontextmanager
async def staged(upstream: Upstream, folder: Path) -> AsyncIterator[Stage]:
    """Start a key desk on SQLite, let the people get their accounts through it, and set the scene."""
    scene = new_scene()
    database_url = f"sqlite:///{folder / f'{scene.run}.db'}"
    plan = DeskPlan(upstream, database_url, (scene.alice, scene.bob), folder)
    with desk(plan) as program:
        tokens = await sign_in(program.url, plan.people)
        for token in tokens.values():
            await answer(program, message("GET", f"{API}/user/info", as_person(token)))
        with set_scene(upstream, scene) as rows:
            yield Stage(plan, program, routes(scene, rows), tokens, rows)


async def answer(program: Running, request: bytes) -> bytes:
    """The body of the answer to one request. Raises RuntimeError unless that is 200."""
    connection = await connect(program.url)
    said = await connection.exchange(request)
    connection.close()
    if said.status != HTTPStatus.OK:
        raise RuntimeError(f"{request.split(b' HTTP')[0]!r} answered {said.status}: {said.content[:500]!r}")
    return said.content
