"""Direct calls to the gateway with httpx2: the cost of a response without Keydesk."""

import asyncio
import itertools
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx2

from benchmarks.load.closed_loop import Worker
from benchmarks.load.wrk import UNIQUE
from benchmarks.peers.routes import Call, Route
from benchmarks.peers.upstream import Upstream

_NOTHING_TO_ASK = 200


@asynccontextmanager
async def straight_upstream(upstream: Upstream, routes: Sequence[Route]) -> AsyncIterator[Worker]:
    """Return a worker that makes the upstream calls of the next route. Several loops may share it."""
    in_turn = itertools.cycle(routes)
    async with httpx2.AsyncClient(
        base_url=upstream.url, headers=upstream.headers, timeout=120, trust_env=False
    ) as http:

        async def ask() -> int:
            statuses = [_NOTHING_TO_ASK]
            for stage in next(in_turn).upstream:
                statuses += await asyncio.gather(*(_status(http, call) for call in stage))
            return max(statuses)

        yield ask


async def _status(http: httpx2.AsyncClient, call: Call) -> int:
    body = json.loads(call.content.replace(UNIQUE.encode(), uuid.uuid4().hex.encode())) if call.body else None
    answer = await http.request(call.method, call.path, params=call.query, json=body)
    return answer.status_code
