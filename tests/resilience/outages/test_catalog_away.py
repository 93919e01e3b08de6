"""While the catalog is unavailable, people with accounts continue, and new people get the right account afterwards."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from keydesk.settings import Settings
from tests.resilience.outages.conftest import OpenDesk
from tests.resilience.outages.town import ORDINARY_BUDGET, POWER_BUDGET, Town, told_to_come_back
from tests.support.peers.backstage import Backstage
from tests.support.peers.condition import Trouble

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Outage:
    begins: Callable[[Backstage], None]
    ends: Callable[[Backstage], None]


OUTAGES = {
    "killed": Outage(Backstage.loses_its_catalog, Backstage.comes_back),
    "failing": Outage(lambda it: it.catalog.falls_ill(Trouble.FAILING), lambda it: it.catalog.recovers()),
    "a page": Outage(lambda it: it.catalog.falls_ill(Trouble.PAGE), lambda it: it.catalog.recovers()),
}


@pytest.fixture(params=OUTAGES)
def outage(request: pytest.FixtureRequest) -> Outage:
    return OUTAGES[request.param]


async def test_known_people_go_on(at_backstage: Town, backstage: Backstage, outage: Outage) -> None:
    jane = await at_backstage.knows("jane")
    outage.begins(backstage)

    for _ in range(3):
        at_backstage.clock.pass_by(minutes=15)
        assert (await jane.read("/user/info"))["max_budget"] == POWER_BUDGET
        laptop = await jane.issue(f"laptop-{at_backstage.clock.timestamp}")
        assert (await jane.post(f"/keys/{laptop['token']}/update", max_budget=4.0)).status_code == 200
    assert len(await jane.read("/keys")) == 3
    assert {"/user/new", "/user/update"}.isdisjoint(call.path for call in at_backstage.litellm.calls)


async def test_a_new_person_is_rejected_and_later_gets_the_right_account(
    at_backstage: Town, backstage: Backstage, outage: Outage
) -> None:
    await at_backstage.knows("bob")
    outage.begins(backstage)
    jane = at_backstage.arrives("jane")

    for path in ("/user/info", "/keys", "/teams", "/usage"):
        seconds = told_to_come_back(await jane.get(path))
    told_to_come_back(await jane.post("/keys/generate", alias="laptop", max_budget=5.0))
    assert at_backstage.litellm.changes == []

    outage.ends(backstage)
    at_backstage.clock.pass_by(seconds=seconds)
    account = await jane.read("/user/info")
    assert (account["user_id"], account["max_budget"]) == ("jane", POWER_BUDGET)
    assert at_backstage.litellm.changes == ["POST /user/new"]


async def test_a_rejected_person_causes_no_calls_to_the_catalog(
    at_backstage: Town, backstage: Backstage
) -> None:
    for number in range(30):
        backstage.knows(f"new-{number}")
    backstage.catalog.falls_ill()
    people = [at_backstage.arrives(f"new-{number}") for number in range(30)]

    for person in people:
        told_to_come_back(await person.get("/user/info"))
    assert backstage.catalog.calls == 1
    at_backstage.clock.pass_by(seconds=5)
    for answer in await asyncio.gather(*(person.get("/user/info") for person in people)):
        told_to_come_back(answer)
    assert backstage.catalog.calls == 2
    assert at_backstage.litellm.changes == []


async def test_it_fails_between_a_person_and_their_groups(at_backstage: Town, backstage: Backstage) -> None:
    backstage.catalog.falls_ill(after=1)
    jane = at_backstage.arrives("jane")

    seconds = told_to_come_back(await jane.get("/user/info"))
    assert at_backstage.litellm.changes == []

    backstage.catalog.recovers()
    at_backstage.clock.pass_by(seconds=seconds)
    assert (await jane.read("/user/info"))["max_budget"] == POWER_BUDGET


async def test_it_fails_before_it_has_returned_all_groups(at_backstage: Town, backstage: Backstage) -> None:
    backstage.catalog.falls_ill(after=2)

    told_to_come_back(await at_backstage.arrives("jane").get("/user/info"))
    assert at_backstage.litellm.changes == []


async def test_a_slow_catalog_delays_only_new_people(at_backstage: Town, backstage: Backstage) -> None:
    bob = await at_backstage.knows("bob")
    at_backstage.clock.pass_by(minutes=5)
    backstage.catalog.stalls()

    waiting = asyncio.create_task(at_backstage.arrives("jane").read("/user/info"))
    await backstage.catalog.somebody_waits()
    assert (await bob.read("/user/info"))["max_budget"] == ORDINARY_BUDGET
    assert not waiting.done()
    assert at_backstage.litellm.changes == []

    backstage.catalog.goes_on()
    assert (await waiting)["max_budget"] == POWER_BUDGET


async def test_it_is_killed_during_a_request(at_backstage: Town, backstage: Backstage) -> None:
    backstage.catalog.stalls()
    waiting = asyncio.create_task(at_backstage.arrives("jane").get("/user/info"))
    await backstage.catalog.somebody_waits()

    backstage.catalog.falls_ill()
    backstage.catalog.goes_on()
    backstage.loses_its_catalog()

    told_to_come_back(await waiting)
    assert at_backstage.litellm.changes == []


async def test_known_people_can_continue_after_a_restart_without_it(
    at_backstage: Town, backstage: Backstage, on_backstage: Settings, open_at: OpenDesk
) -> None:
    jane = await at_backstage.knows("jane")
    backstage.loses_its_catalog()

    async with open_at(on_backstage) as desk:
        elsewhere = desk.welcome(jane)
        assert (await elsewhere.read("/user/info"))["max_budget"] == POWER_BUDGET
        await elsewhere.issue("laptop")


async def test_a_change_of_groups_applies_after_it_recovers(at_backstage: Town, backstage: Backstage) -> None:
    bob = await at_backstage.knows("bob")
    backstage.loses_its_catalog()
    backstage.knows("bob", "prompt-team", email="bob@example.com")
    at_backstage.clock.pass_by(minutes=11)
    assert (await bob.read("/user/info"))["max_budget"] == ORDINARY_BUDGET

    backstage.comes_back()
    at_backstage.clock.pass_by(minutes=11)
    await at_backstage.knows("jane")
    assert (await bob.read("/user/info"))["max_budget"] == POWER_BUDGET
    assert at_backstage.litellm.changes == ["POST /user/update"]
