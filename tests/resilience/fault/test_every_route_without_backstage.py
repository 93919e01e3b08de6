"""Faults between Keydesk and Backstage's catalog or permission service, on every route, for known people.

Routes that need neither service work, routes with a permission return 403, and catalog lookups return 503.
KEYDESK_FAULTS=all adds the faults with a long timeout.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from keydesk.app import API
from keydesk.kit.clock import utc_now
from keydesk.kit.permission import Permission
from tests.api.matrix.callers import PEOPLE
from tests.api.matrix.requests import Objects
from tests.resilience.fault.conftest import to
from tests.resilience.fault.faults import CANARY, HANGING, QUICK, Fault, texts_of
from tests.resilience.fault.figures import counted
from tests.resilience.fault.proxy import FaultProxy, fault_proxy
from tests.resilience.fault.test_litellm_faults import LONGEST_SECONDS, THOROUGH, TIME_LIMIT_SECONDS
from tests.support.desk.access import needs_only
from tests.support.desk.desk import ADDRESS, Visitor, open_desk
from tests.support.desk.full import GRANTED, OPERATIONS, FullDesk, full_settings
from tests.support.desk.problems import assert_problem
from tests.support.peers.backstage import CATALOG_TOKEN, ISSUER, Backstage
from tests.support.peers.server import running_server
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Person
from tests.unit.auth.peers import StillClock

pytestmark = pytest.mark.anyio

ROUTES = [route for route in OPERATIONS if "/demo/" not in route]
LOOKS_SOMEBODY_UP = {
    "POST /teams/{team_id}/members",
    "POST /requests/{request_id}/approve",
    "POST /requests/{request_id}/decline",
}
"""A new person and an approver, whose entries must be read from the catalog."""
EVERY = {kind: fault for kind, (fault, _) in (QUICK | (HANGING if THOROUGH else {})).items()}
KINDS = list(EVERY) if THOROUGH else list(EVERY)[::16]


@dataclass(frozen=True)
class Town:
    """Keydesk with every feature, and a Backstage behind two fault proxies."""

    full: FullDesk
    backstage: Backstage
    clock: StillClock
    catalog: FaultProxy = field(repr=False)
    permissions: FaultProxy = field(repr=False)

    def long_after(self) -> None:
        """Advance the time past every pause and every cache lifetime. People have signed in again."""
        self.clock.pass_by(minutes=20)
        for name, visitor in self.full.people.items():
            token = self.backstage.token_of(name)
            self.full.people[name] = Visitor(visitor.http, visitor.person, token)

    async def objects(self) -> dict[str, Objects]:
        """The parameters of each route."""
        return {route: await self.full.objects(route) for route in ROUTES}

    async def ask(self, route: str, objects: Objects) -> tuple[str, httpx2.Response, float]:
        begun = time.monotonic()
        answer = await self.full.ask(route, objects)
        return route, answer, time.monotonic() - begun

    def needs_permission(self, route: str) -> bool:
        method, _, path = route.partition(" ")
        access = self.full.desk.app.openapi()["paths"][f"{API}{path}"][method.lower()]["x-keydesk-access"]
        return needs_only(set(Permission), access)


@pytest.fixture(scope="module")
async def town(
    sandbox: Upstream, gateway: Gateway, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    clock, database = StillClock(utc_now()), tmp_path_factory.mktemp("town") / "keydesk.db"
    with running_server() as backend, running_server() as catalog_backend:
        backstage = Backstage(clock, backend, catalog_backend)
        for name, groups in PEOPLE.items():
            names = [group.rpartition("/")[2] for group in groups]
            backstage.knows(name, *names, email=f"{name}@example.com")
            for group in names:
                backstage.knows_group(group)
        async with (
            fault_proxy(to(backstage.catalog_url)) as catalog,
            fault_proxy(to(backstage.url)) as permissions,
        ):
            settings = full_settings(
                sandbox,
                f"sqlite:///{database}",
                identity={"backstage": {"base_url": permissions.url, "issuer": ISSUER}},
                directory={"people": [], "backstage": {"base_url": catalog.url, "token": CATALOG_TOKEN}},
                permissions={"backstage": True},
                demo={"enabled": False},
                portal={"base_url": ADDRESS, "machines": {"confirmation_url": f"{backstage.url}/machines"}},
                server={"time_limit_seconds": TIME_LIMIT_SECONDS},
                # All routes at the same time wait for one writer of SQLite.
                database={"timeout_seconds": TIME_LIMIT_SECONDS},
            )
            async with open_desk(settings, clock) as desk:
                people = {
                    name: Visitor(desk.http, Person(name, f"{name}@example.com"), backstage.token_of(name))
                    for name in PEOPLE
                }
                for name in PEOPLE.keys() - {"newcomer"}:
                    await people[name].read("/user/info")
                yield Town(FullDesk(desk, gateway, people), backstage, clock, catalog, permissions)


async def all_routes(town: Town, proxy: FaultProxy, fault: Fault) -> tuple[dict[str, httpx2.Response], float]:
    """Call every route in parallel during the fault. Return the longest duration."""
    await town.full.discard_objects()
    objects = await town.objects()
    town.long_after()
    async with proxy.suffering(fault):
        answers = await asyncio.gather(*(town.ask(route, objects[route]) for route in ROUTES))
    for route, answer, seconds in answers:
        assert seconds < LONGEST_SECONDS, route
        assert not any(CANARY in text for text in texts_of(answer)), route
    return {route: answer for route, answer, _ in answers}, max(seconds for _, _, seconds in answers)


async def all_well(town: Town) -> None:
    """Check that every route works again."""
    town.long_after()
    objects = await town.objects()
    for route in ROUTES:
        answer = (await town.ask(route, objects[route]))[1]
        assert answer.status_code in GRANTED, (route, answer.text)


@pytest.mark.parametrize("kind", KINDS)
async def test_known_people_can_continue_while_the_catalog_is_faulty(
    town: Town, kind: str, record_property: Any
) -> None:
    answers, slowest = await all_routes(town, town.catalog, EVERY[kind])
    for route, answer in answers.items():
        if route in LOOKS_SOMEBODY_UP and answer.status_code == 503:
            assert_problem(answer, 503, "directory-unavailable")
            assert 0 < int(answer.headers["retry-after"]) <= 60
        else:
            assert answer.status_code in GRANTED, (route, answer.text)
    await all_well(town)
    counted(record_property, faults=len(answers), slowest_route_without_catalog=slowest)


@pytest.mark.parametrize("kind", KINDS)
async def test_only_routes_with_a_permission_are_denied_while_that_service_is_faulty(
    town: Town, kind: str, record_property: Any
) -> None:
    answers, slowest = await all_routes(town, town.permissions, EVERY[kind])
    for route, answer in answers.items():
        if town.needs_permission(route):
            assert_problem(answer, 403, "permission-missing")
        else:
            assert answer.status_code in GRANTED, (route, answer.text)
    await all_well(town)
    counted(record_property, faults=len(answers), slowest_route_without_permissions=slowest)
