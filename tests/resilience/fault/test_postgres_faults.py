"""Whatever the fault between Keydesk and PostgreSQL, every route responds in time and changes nothing unrecorded."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest

from tests.resilience.fault.conftest import OpenFullDesk
from tests.resilience.fault.database import connect_to, through
from tests.resilience.fault.faults import Cut, Fault, HalfOpen, Refused
from tests.resilience.fault.figures import counted
from tests.resilience.fault.proxy import FaultProxy, fault_proxy
from tests.resilience.fault.test_litellm_faults import LONGEST_SECONDS
from tests.support.desk.full import OPERATIONS, FullDesk
from tests.support.desk.storage import storage_named
from tests.support.peers.postgres import new_database
from tests.support.upstream.eventually import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.real_postgres]
ROUTES = OPERATIONS
RECORDED = {route for route in ROUTES if not route.startswith("GET ")} | {
    "GET /audit",
    "GET /alerts",
    "GET /machines",
    "GET /teams/{team_id}/alerts",
    "GET /requests",
    "GET /requests/{request_id}",
    "GET /statements",
    "GET /teams/{team_id}/statements",
    "GET /service-keys/{key_id}",
    "GET /opencode/connect",
}
RECORDED -= {
    "POST /demo/sign-in",
    "POST /keys/{key_id}/unblock",
    "POST /keys/{key_id}/adopt",
    "POST /keys/{key_id}/end_previous_secret",
    "POST /leaks",
    "POST /teams/{team_id}/service-keys/{key_id}/unblock",
    "POST /teams/{team_id}/service-keys/{key_id}/end_previous_secret",
}
"""Routes that need the database. A key that is not blocked, foreign or rotated, or is unknown, records nothing."""
SHORT = {
    f"{method} {path}" for method in ("PUT", "DELETE") for path in ("/alerts", "/teams/{team_id}/alerts")
}
"""Changes of one row. The database confirms them with fewer bytes than `reset in an answer` lets through."""
FAULTS: dict[str, Fault] = {
    "refused": Refused(),
    "half-open": HalfOpen(),
    "immediate reset": Cut(0),
    "reset while signing in": Cut(20),
    "reset in an answer": Cut(600),
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with (
        storage_named("postgres", tmp_path_factory.mktemp("fault-postgres")) as storage,
        new_database(str(storage.server)) as url,
    ):
        yield url


@pytest.fixture(scope="module")
async def postgres(database: str) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(connect_to(database)) as proxy:
        yield proxy


@pytest.fixture(scope="module")
async def on_postgres(
    open_full_desk: OpenFullDesk, postgres: FaultProxy, database: str
) -> AsyncIterator[FullDesk]:
    async with open_full_desk(database={"url": through(postgres, database)}) as full:
        yield full


@pytest.mark.parametrize("kind", FAULTS)
async def test_every_route_while_the_database_is_faulty(
    on_postgres: FullDesk, postgres: FaultProxy, kind: str, record_property: Any
) -> None:
    await on_postgres.discard_objects()
    objects = {route: await on_postgres.objects(route) for route in ROUTES}

    async def call(route: str) -> tuple[str, httpx2.Response, float]:
        begun = time.monotonic()
        return route, await on_postgres.ask(route, objects[route]), time.monotonic() - begun

    async with postgres.suffering(FAULTS[kind]):
        answers = await asyncio.gather(*map(call, ROUTES))
    for route, answer, seconds in answers:
        statuses = {503} if route in RECORDED else {200, 202, 302, 503}
        if kind == "reset in an answer" and route in SHORT:
            statuses |= {200}
        if kind == "half-open":
            # Routes that do not need the database waited for it first and had no time left for LiteLLM.
            statuses |= {504}
        assert answer.status_code in statuses, (route, answer.status_code, answer.text)
        if answer.status_code == 503:
            assert answer.json()["type"] == "urn:keydesk:problem:storage-unavailable"
            assert 0 < int(answer.headers["retry-after"]) <= 60
        if route == "GET /health/ready":
            # A response that is cut off late may be enough for the health check.
            states = {"degraded"} if kind != "reset in an answer" else {"ok", "degraded"}
            assert (answer.status_code, answer.json()["status"] in states) == (200, True)
        assert seconds < LONGEST_SECONDS, (route, seconds)
        assert "postgres" not in answer.text.lower()
    counted(
        record_property,
        faults=len(answers),
        slowest_answer_without_database=max(seconds for _, _, seconds in answers),
        recovery_of_database=await _recovered(on_postgres),
    )


async def _recovered(full: FullDesk) -> float:
    """Return the seconds until a change succeeds again."""
    begun = time.monotonic()
    route = "POST /keys/{key_id}/block"

    async def status() -> int:
        try:
            objects = await full.objects(route)
        except AssertionError:
            return 0
        return (await full.ask(route, objects)).status_code

    await eventually(status, lambda seen: seen == 200)
    return time.monotonic() - begun
