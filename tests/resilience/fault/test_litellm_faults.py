"""Whatever the fault between Keydesk and LiteLLM, every route responds correctly and in time, and recovers.

KEYDESK_FAULTS=all tries every kind of fault on every route (`make fault`). Otherwise, each route has one fault.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.resilience.fault.conftest import OpenFullDesk
from tests.resilience.fault.faults import CANARY, HANGING, QUICK, Fault, texts_of
from tests.resilience.fault.figures import counted
from tests.resilience.fault.proxy import FaultProxy
from tests.support.desk.full import OPERATIONS, FullDesk
from tests.support.upstream.eventually import eventually

pytestmark = pytest.mark.anyio

WITHOUT_LITELLM = {
    operation
    for operation in OPERATIONS
    if operation.split()[1].startswith(
        ("/health", "/openapi", "/docs", "/.well", "/bridge/health", "/demo", "/opencode/config")
    )
} | {
    "GET /config",
    "GET /audit",
    "GET /alerts",
    "GET /machines",
    "PUT /alerts",
    "DELETE /alerts",
    "GET /requests",
    "GET /requests/to_decide",
    "GET /requests/{request_id}",
    "POST /requests/{request_id}/withdraw",
    "POST /requests/{request_id}/decline",
    "GET /provisioning/preview",
    "GET /admin/findings",
    "GET /admin/keys",
    "GET /admin/keys/export",
    "GET /statements",
    "POST /admin/keys/bulk",
}
"""The routes of all keys read the index. The key of the bulk change is not in it."""
ROUTES = sorted({*OPERATIONS} - WITHOUT_LITELLM)
THOROUGH = os.environ.get("KEYDESK_FAULTS") == "all"
LONGEST_SECONDS = 10.0 if THOROUGH else 60.0
"""The limit for every request. Requests to a hanging service fail after eight seconds; without hanging services, only
requests that never end are too long, because the machine may be busy."""
TIME_LIMIT_SECONDS = 8.0 if THOROUGH else 60.0
"""Keydesk's limit for a request. Only hanging services need a short one: twenty first visits can take as long."""
KINDS = list(QUICK)
PAIRS = [
    (kind, route)
    for number, route in enumerate(ROUTES)
    for kind in (KINDS if THOROUGH else [KINDS[number % len(KINDS)]])
]


@pytest.fixture(scope="module")
async def full(open_full_desk: OpenFullDesk) -> AsyncIterator[FullDesk]:
    async with open_full_desk(server={"time_limit_seconds": TIME_LIMIT_SECONDS}) as found:
        yield found


@pytest.mark.parametrize(("kind", "route"), PAIRS)
async def test_a_route_while_litellm_is_faulty(
    full: FullDesk, litellm: FaultProxy, kind: str, route: str, record_property: Any
) -> None:
    fault, statuses = QUICK[kind]
    healthy, answer, seconds = await _disturbed(full, litellm, route, fault)
    check(route, healthy, answer, statuses)
    assert seconds < LONGEST_SECONDS
    recovery = await _recovered(full)
    counted(record_property, faults=1, slowest_answer=seconds, slowest_recovery=recovery)


@pytest.mark.skipif(not THOROUGH, reason="hangs for as long as a request may take")
@pytest.mark.parametrize("kind", HANGING)
async def test_all_routes_while_litellm_hangs(
    full: FullDesk, litellm: FaultProxy, kind: str, record_property: Any
) -> None:
    """Call all routes in parallel, because each takes long. The last ones find the circuit breaker open."""
    fault, statuses = HANGING[kind]
    await full.discard_objects()
    objects = {route: await full.objects(route) for route in ROUTES}
    healthy = {route: await full.ask(route, objects[route]) for route in ROUTES if route.startswith("GET ")}

    async def call(route: str) -> tuple[str, httpx2.Response, float]:
        begun = time.monotonic()
        return route, await full.ask(route, objects[route]), time.monotonic() - begun

    async with litellm.suffering(fault):
        answers = await asyncio.gather(*map(call, ROUTES))
    for route, answer, seconds in answers:
        check(route, healthy.get(route), answer, statuses)
        assert seconds < LONGEST_SECONDS, route
    recovery = await _recovered(full)
    slowest = max(seconds for _, _, seconds in answers)
    counted(record_property, faults=len(answers), slowest_answer=slowest, slowest_recovery=recovery)


@pytest.mark.parametrize("route", sorted(WITHOUT_LITELLM))
async def test_routes_without_litellm_work_without_it(
    full: FullDesk, litellm: FaultProxy, route: str
) -> None:
    objects = await full.objects(route)
    async with litellm.suffering(QUICK["refused"][0]):
        answer = await full.ask(route, objects)
    assert answer.status_code == 200
    await _recovered(full)


async def _disturbed(
    full: FullDesk, litellm: FaultProxy, route: str, fault: Fault
) -> tuple[httpx2.Response | None, httpx2.Response, float]:
    await full.discard_objects()
    objects = await full.objects(route)
    healthy = await full.ask(route, objects) if route.startswith("GET ") else None
    async with litellm.suffering(fault):
        begun = time.monotonic()
        answer = await full.ask(route, objects)
        return healthy, answer, time.monotonic() - begun


def check(route: str, healthy: httpx2.Response | None, answer: httpx2.Response, statuses: set[int]) -> None:
    """Check that a read returns cached data, and any other request a problem with the right status."""
    assert not any(CANARY in text for text in texts_of(answer)), route
    if answer.status_code == 200 and healthy is not None and healthy.status_code == 200:
        assert answer.json() == healthy.json(), route
        return
    assert answer.status_code in statuses, (route, answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json", route
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert isinstance(problem["error"], str)
    if answer.status_code == 503:
        assert 0 < int(answer.headers["retry-after"]) <= 60


async def _recovered(full: FullDesk) -> float:
    """Return the seconds until a read works again. An open circuit breaker rejects calls for five seconds."""
    begun = time.monotonic()

    async def status() -> int:
        return (await full.ask("GET /models", await full.objects("GET /models"))).status_code

    await eventually(status, lambda seen: seen == 200)
    return time.monotonic() - begun
