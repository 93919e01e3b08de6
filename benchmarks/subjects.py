"""The three that are asked side by side: Keydesk, the gateway itself, and a route that only returns bytes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx2

from benchmarks.connection import Connection, connect, message
from benchmarks.load import Effort, Figures, Worker, loop
from benchmarks.routes import Call, Route, content, target
from benchmarks.upstream import Upstream

Workers = AbstractAsyncContextManager[list[Worker]]


async def measured(workers: Workers, effort: Effort) -> Figures:
    """One loop with one of the subjects below."""
    async with workers as asked:
        return await loop(asked, effort)


def through_keydesk(route: Route, url: str, headers: Mapping[str, str], connections: int) -> Workers:
    """Ask Keydesk."""
    path = target(route.call)
    return _wired(url, connections, lambda: message(route.call.method, path, headers, content(route.call)))


def only_bytes(route: Route, url: str, connections: int) -> Workers:
    """Ask the bare route for the same bytes, sending the same body."""
    path = f"/{route.name}"
    return _wired(url, connections, lambda: message(route.call.method, path, {}, content(route.call)))


@asynccontextmanager
async def straight_upstream(
    route: Route, upstream: Upstream, connections: int
) -> AsyncIterator[list[Worker]]:
    """Make the upstream calls of the route with httpx2, as a program without Keydesk would."""
    async with httpx2.AsyncClient(
        base_url=upstream.url, headers=upstream.headers, timeout=120, trust_env=False
    ) as http:

        async def ask() -> int:
            statuses: list[int] = []
            for stage in route.upstream:
                statuses += await _together(http, stage)
            return max(statuses)

        yield [ask] * connections


@asynccontextmanager
async def _wired(url: str, connections: int, request: Callable[[], bytes]) -> AsyncIterator[list[Worker]]:
    opened = [await connect(url) for _ in range(connections)]

    def worker(connection: Connection) -> Worker:
        async def ask() -> int:
            return (await connection.exchange(request())).status

        return ask

    try:
        yield [worker(connection) for connection in opened]
    finally:
        for connection in opened:
            connection.close()


async def _together(http: httpx2.AsyncClient, calls: Sequence[Call]) -> list[int]:
    return await asyncio.gather(*(_status(http, call) for call in calls))


async def _status(http: httpx2.AsyncClient, call: Call) -> int:
    body = call.body() if call.body else None
    answer = await http.request(call.method, call.path, params=call.query, json=body)
    return answer.status_code
