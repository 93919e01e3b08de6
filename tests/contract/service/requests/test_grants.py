"""A larger budget for a time: what LiteLLM had before comes back."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.contract.service.requests.conftest import (
    Office,
    approve,
    asked,
    budget,
    tomorrow,
)
from tests.support.desk.desk import Desk, Visitor
from tests.support.upstream.making import token_of, unique

pytestmark = pytest.mark.anyio


async def test_a_key_is_the_same_before_and_after_a_grant(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    issued = await jane.issue(
        unique("laptop"), budget_duration="30d", duration="90d", rpm_limit=7, models=["gpt-4o-mini"]
    )
    await jane.post(f"/keys/{issued['token']}/block")
    before = await office.key_row(issued)
    request = await asked(
        jane, kind="key_budget", key_id=issued["token"], max_budget=9.0, until=tomorrow(office)
    )
    await approve(olga, request)
    during = await office.key_row(issued)
    assert during.pop("max_budget") == 9.0
    assert during == {name: value for name, value in before.items() if name != "max_budget"}
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    assert await office.key_row(issued) == before
    record = await desk.app.state.services.requests.store.find(request["id"])
    assert record.state == "ended"


async def test_an_account_is_the_same_before_and_after_a_grant(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    before = await office.user_row(jane)
    await approve(olga, await asked(jane, until=tomorrow(office)))
    during = await office.user_row(jane)
    assert during.pop("max_budget") == 60.0
    assert during == {name: value for name, value in before.items() if name != "max_budget"}
    office.clock.by = timedelta(days=1) - timedelta(seconds=5)
    await office.settle(desk)
    assert (await office.user_row(jane))["max_budget"] == 60.0
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    assert await office.user_row(jane) == before


async def test_a_grant_ends_in_a_later_process(office: Office) -> None:
    async with office.open() as desk:
        jane, olga = await office.person(desk, "jane"), await office.person(desk, "olga")
        await approve(olga, await asked(jane, until=tomorrow(office)))
    office.clock.by = timedelta(days=3)
    async with office.open(requests={"enabled": False}) as desk:
        await office.settle(desk)
    assert (await office.user_row(jane))["max_budget"] == 25.0


@pytest.fixture
async def granted(office: Office, jane: Visitor, olga: Visitor) -> Visitor:
    """Return Jane, whose budget is 60 dollars until tomorrow, and 25 afterwards."""
    await approve(olga, await asked(jane, until=tomorrow(office)))
    return jane


@pytest.mark.parametrize(("by_hand", "rest"), [(40.0, 25.0), (20.0, 20.0), (90.0, 55.0), (60.0, 25.0)])
async def test_only_the_granted_part_is_taken_back(
    desk: Desk, office: Office, granted: Visitor, by_hand: float, rest: float
) -> None:
    jane = granted
    await office.gateway.post("/user/update", user_id=jane.user_id, max_budget=by_hand)
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    assert (await office.user_row(jane))["max_budget"] == rest


async def test_resynchronization_keeps_a_grant_and_moves_its_base(office: Office) -> None:
    async with office.open() as desk:
        jane, olga = await office.person(desk, "jane"), await office.person(desk, "olga")
        await approve(olga, await asked(jane, until=tomorrow(office)))
        await desk.app.state.services.resync_accounts.apply()
        assert await budget(jane) == 60.0
        assert await _differences(desk, jane) == []
    more = {"provisioning": {"defaults": {"max_budget": 30.0}}}
    async with office.open(litellm=more) as desk:
        jane = await office.person(desk, "jane")
        assert await budget(jane) == 65.0
        office.clock.by = timedelta(days=1)
        await office.settle(desk)
        assert await budget(await office.person(desk, "jane")) == 30.0
        assert await _differences(desk, jane) == []


async def _differences(desk: Desk, visitor: Visitor) -> list[Any]:
    plan = await desk.app.state.services.resync_accounts.plan()
    return [each for each in plan.differences if each.user_id == visitor.user_id]


async def test_a_second_grant_replaces_the_first(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    first = await asked(jane, until=tomorrow(office, days=1))
    await approve(olga, first)
    second = await asked(jane, max_budget=40.0, until=tomorrow(office, days=2))
    assert second["previous_budget"] == 25.0
    await approve(olga, second)
    assert await budget(jane) == 40.0
    assert (await jane.read(f"/requests/{first['id']}"))["state"] == "ended"
    office.clock.by = timedelta(days=1, hours=1)
    await office.settle(desk)
    assert (await office.user_row(jane))["max_budget"] == 40.0
    office.clock.by = timedelta(days=2)
    await office.settle(desk)
    assert (await office.user_row(jane))["max_budget"] == 25.0


async def test_a_permanent_change_replaces_a_grant(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    await approve(olga, await asked(jane, until=tomorrow(office)))
    await approve(olga, await asked(jane, max_budget=45.0))
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    assert (await office.user_row(jane))["max_budget"] == 45.0


async def test_the_end_of_a_grant_and_a_new_one_in_the_same_second(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    """Whichever comes first, the new budget is in force, and its end restores the first one."""
    await approve(olga, await asked(jane, until=tomorrow(office, hours=1)))
    second = await asked(jane, max_budget=50.0, until=tomorrow(office, hours=3))
    office.clock.by = timedelta(hours=1)
    await asyncio.gather(office.settle(desk), approve(olga, second))
    await office.settle(desk)
    assert (await office.user_row(jane))["max_budget"] == 50.0
    office.clock.by = timedelta(hours=3)
    await office.settle(desk)
    assert (await office.user_row(jane))["max_budget"] == 25.0


async def test_a_grant_during_resynchronization(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    request = await asked(jane, until=tomorrow(office))
    resync = desk.app.state.services.resync_accounts
    await asyncio.gather(resync.apply(), approve(olga, request), resync.apply())
    assert (await office.user_row(jane))["max_budget"] == 60.0
    office.clock.by = timedelta(days=1)
    await asyncio.gather(resync.apply(), office.settle(desk))
    assert (await office.user_row(jane))["max_budget"] == 25.0


async def test_the_grant_of_a_deleted_key_ends(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    issued = await jane.issue(unique("laptop"))
    request = await asked(
        jane, kind="key_budget", key_id=issued["token"], max_budget=9.0, until=tomorrow(office)
    )
    await approve(olga, request)
    await jane.delete(f"/keys/{issued['token']}")
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    record = await desk.app.state.services.requests.store.find(request["id"])
    assert record.state == "ended"


async def test_the_grant_of_a_rotated_key_ends(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    issued = await jane.issue(unique("laptop"))
    key_id = issued["token"]
    await approve(
        olga,
        await asked(jane, kind="key_budget", key_id=key_id, max_budget=9.0, until=tomorrow(office, hours=2)),
    )
    rotated = await jane.post(f"/keys/{key_id}/rotate", overlap="3h")
    assert rotated.status_code == 200, rotated.text
    assert (await jane.key(key_id))["max_budget"] == 9.0
    office.clock.by = timedelta(hours=2)
    await office.settle(desk)
    assert (await jane.key(key_id))["max_budget"] == 5.0


async def test_a_key_that_an_administrator_moved_loses_its_grant_too(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    issued = await jane.issue(unique("laptop"))
    await approve(
        olga,
        await asked(jane, kind="key_budget", key_id=issued["token"], max_budget=9.0, until=tomorrow(office)),
    )
    moved = await office.gateway.post("/key/update", key=token_of(issued["key"]), user_id=olga.user_id)
    assert moved.status == 200
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    assert (await office.key_row(issued))["max_budget"] == 5.0
