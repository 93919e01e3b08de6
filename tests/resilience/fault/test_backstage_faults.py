"""Whatever the fault between Keydesk and Backstage, nobody gets a wrong account or permission.

New people get 503, changes get 403, nothing reaches LiteLLM, and no response contains the service's error text.
KEYDESK_FAULTS=all adds the faults with a long timeout.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest

from keydesk.kit.clock import utc_now
from tests.resilience.fault.conftest import to
from tests.resilience.fault.faults import CANARY, HANGING, QUICK, Fault, texts_of
from tests.resilience.fault.figures import counted
from tests.resilience.fault.proxy import FaultProxy, fault_proxy
from tests.resilience.fault.test_litellm_faults import LONGEST_SECONDS, THOROUGH, TIME_LIMIT_SECONDS
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.problems import assert_problem
from tests.support.peers.backstage import CATALOG_TOKEN, ISSUER, Backstage
from tests.support.peers.litellm import RecordedLiteLLM, recorded_litellm
from tests.support.peers.server import running_server
from tests.support.upstream.making import Person
from tests.unit.auth.peers import StillClock

pytestmark = pytest.mark.anyio

ORDINARY_BUDGET, POWER_BUDGET = 25.0, 75.0
PROVISIONING: dict[str, Any] = {
    "defaults": {"max_budget": ORDINARY_BUDGET},
    "roles": [{"group": "group:default/power-users", "max_budget": POWER_BUDGET}],
}
CROWD = 20
MOST_CONNECTIONS = 4
"""The calls that many parallel requests may cost an unavailable service: four at a time, and no retries."""
FAULTS = {kind: fault for kind, (fault, _) in QUICK.items()}
KINDS = list(FAULTS)
"""`make long` runs a fifth of the faults for each service."""
HANGS = {kind: fault for kind, (fault, _) in HANGING.items()}


@dataclass(frozen=True)
class Place:
    """Keydesk with a fault proxy in front of each service. All people are power users."""

    desk: Desk
    backstage: Backstage
    litellm: RecordedLiteLLM
    clock: StillClock
    catalog: FaultProxy = field(repr=False)
    permissions: FaultProxy = field(repr=False)
    numbers: Iterator[int] = field(default_factory=count, repr=False)

    def arrives(self) -> Visitor:
        """Return a new person."""
        name = f"person-{next(self.numbers)}"
        self.backstage.knows(name, "power-users", email=f"{name}@example.com")
        token = self.backstage.token_of(name)
        return Visitor(self.desk.http, Person(name, f"{name}@example.com"), token)

    def long_after(self) -> None:
        """Advance the time past every pause, so that Keydesk calls the service again."""
        self.clock.pass_by(minutes=1)


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    clock = StillClock(utc_now())
    folder: Path = tmp_path_factory.mktemp("fault-backstage")
    with running_server() as gateway, running_server() as backend, running_server() as catalog_backend:
        backstage = Backstage(clock, backend, catalog_backend)
        backstage.knows_group("power-users")
        async with (
            recorded_litellm(gateway) as litellm,
            fault_proxy(to(backstage.catalog_url)) as catalog,
            fault_proxy(to(backstage.url)) as permissions,
        ):
            settings = Surroundings(litellm.upstream, f"sqlite:///{folder / 'keydesk.db'}").settings(
                demo={"enabled": False},
                grants={},
                litellm={"provisioning": PROVISIONING},
                identity={"backstage": {"base_url": permissions.url, "issuer": ISSUER}},
                directory={"backstage": {"base_url": catalog.url, "token": CATALOG_TOKEN}},
                permissions={"backstage": True},
                server={"time_limit_seconds": TIME_LIMIT_SECONDS},
            )
            async with open_desk(settings, clock) as desk:
                found = Place(desk, backstage, litellm, clock, catalog, permissions)
                # Signing keys are read through the same proxy. They are cached from here on.
                await found.arrives().read("/user/info")
                yield found


def no_other_response(answer: httpx2.Response, status: int, slug: str) -> None:
    assert_problem(answer, status, slug)
    assert not any(CANARY in text for text in texts_of(answer))
    if status == 503:
        assert 0 < int(answer.headers["retry-after"]) <= 60


async def new_people_wait(place: Place, fault: Fault) -> float:
    """Many people visit during the fault and get their accounts afterwards. Return the longest wait."""
    crowd = [place.arrives() for _ in range(CROWD)]
    place.litellm.forget()
    before = place.catalog.connections
    async with place.catalog.suffering(fault):
        begun = time.monotonic()
        answers = await asyncio.gather(*(visitor.get("/user/info") for visitor in crowd))
        took = time.monotonic() - begun
    for answer in answers:
        no_other_response(answer, 503, "directory-unavailable")
    assert place.catalog.connections - before <= MOST_CONNECTIONS
    assert place.litellm.changes == []
    place.long_after()
    accounts = await asyncio.gather(*(visitor.read("/user/info") for visitor in crowd))
    assert [account["user_id"] for account in accounts] == [visitor.user_id for visitor in crowd]
    assert {account["max_budget"] for account in accounts} == {POWER_BUDGET}
    return took


async def changes_are_denied(place: Place, fault: Fault) -> float:
    """A known person creates keys during the fault, and gets one afterwards. Return the longest wait."""
    jane = place.arrives()
    await jane.read("/user/info")
    place.litellm.forget()
    before = place.permissions.connections
    async with place.permissions.suffering(fault):
        begun = time.monotonic()
        answers = await asyncio.gather(*(wants_a_key(jane, number) for number in range(CROWD)))
        took = time.monotonic() - begun
        assert (await jane.read("/user/info"))["max_budget"] == POWER_BUDGET
    for answer in answers:
        no_other_response(answer, 403, "permission-missing")
    assert place.permissions.connections - before <= 1
    assert place.litellm.changes == []
    place.long_after()
    assert (await wants_a_key(jane, CROWD)).status_code == 200
    return took


async def wants_a_key(visitor: Visitor, number: int) -> httpx2.Response:
    return await visitor.post("/keys/generate", alias=f"{visitor.user_id}-{number}", max_budget=1.0)


@pytest.mark.parametrize("kind", KINDS if THOROUGH else KINDS[::5])
async def test_new_people_wait_while_the_catalog_is_faulty(
    place: Place, kind: str, record_property: Any
) -> None:
    slowest = await new_people_wait(place, FAULTS[kind])
    counted(record_property, faults=CROWD, slowest_answer_without_catalog=slowest)


@pytest.mark.parametrize("kind", KINDS if THOROUGH else KINDS[2::5])
async def test_changes_are_denied_while_the_permission_service_is_faulty(
    place: Place, kind: str, record_property: Any
) -> None:
    slowest = await changes_are_denied(place, FAULTS[kind])
    counted(record_property, faults=CROWD, slowest_answer_without_permissions=slowest)


@pytest.mark.skipif(not THOROUGH, reason="hangs for as long as a request may take")
@pytest.mark.parametrize("kind", HANGS)
async def test_requests_do_not_wait_long_for_either_service(
    place: Place, kind: str, record_property: Any
) -> None:
    catalog = await new_people_wait(place, HANGS[kind])
    permissions = await changes_are_denied(place, HANGS[kind])
    assert max(catalog, permissions) < LONGEST_SECONDS
    counted(
        record_property,
        faults=2 * CROWD,
        slowest_answer_without_catalog=catalog,
        slowest_answer_without_permissions=permissions,
    )
