"""What happens to a rotated key later: the previous secret is removed, its spend counts on, and its owner may leave."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.contract.service.test_keeping_accounts_right import people, visit
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import Scene
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, token_of, unique
from tests.support.upstream.reading import today, tokens_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture
async def later_desk(surroundings: Surroundings, scene: Scene, clock: Later) -> AsyncIterator[Desk]:
    async with open_desk(surroundings.settings(directory={"people": scene.directory()}), clock) as desk:
        yield desk


async def rotated(visitor: Visitor, key_id: str, **body: Any) -> str:
    answer = await visitor.post(f"/keys/{key_id}/rotate", **body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["key"])


async def test_after_the_overlap_the_previous_secret_is_deleted_and_its_spend_counts(
    later_desk: Desk, clock: Later, as_person: SignIn, gateway: Gateway
) -> None:
    jane = later_desk.welcome(await as_person("jane"))
    issued = await jane.issue(unique("laptop"))
    secret = await rotated(jane, issued["token"], overlap="1h")
    assert (await gateway.chat(issued["key"])).status == 200

    async def shown() -> dict[str, Any]:
        return await jane.key(issued["token"])

    spent = (await eventually(shown, lambda key: key["spend"] > 0))["spend"]
    clock.by = timedelta(hours=2)
    await later_desk.app.state.services.settle_rotations.apply()
    assert await tokens_of(gateway, jane.person) == [token_of(secret)]
    assert not await gateway.accepts(issued["key"])
    after = await shown()
    assert (after["spend"], after["max_budget"]) == (pytest.approx(spent), 5.0)
    in_litellm = (await gateway.get("/key/info", key=token_of(secret))).body["info"]
    assert in_litellm["max_budget"] == pytest.approx(5.0 - spent)
    assert (await gateway.chat(secret)).status == 200


async def test_an_end_that_was_changed_in_litellm_is_still_the_end(
    later_desk: Desk, clock: Later, as_person: SignIn, gateway: Gateway
) -> None:
    jane = later_desk.welcome(await as_person("jane"))
    issued = await jane.issue(unique("laptop"))
    await rotated(jane, issued["token"], overlap="1h")
    await gateway.post("/key/update", key=token_of(issued["key"]), duration=None)
    clock.by = timedelta(hours=1, seconds=30)
    await later_desk.app.state.services.settle_rotations.apply()
    assert not await gateway.accepts(issued["key"])


async def test_usage_shows_one_key_with_the_use_of_both_secrets(as_person: SignIn, gateway: Gateway) -> None:
    jane, alias = await as_person("jane"), unique("laptop")
    issued = await jane.issue(alias)
    secret = await rotated(jane, issued["token"])
    for each in (issued["key"], secret):
        assert (await gateway.chat(each)).status == 200

    async def usage() -> Any:
        return await jane.read("/usage", start_date=today(), end_date=today())

    found = await eventually(usage, lambda each: each["api_requests"] == 2)
    assert {key_id: key["key_alias"] for key_id, key in found["usage_by_key"].items()} == {
        issued["token"]: alias
    }


async def test_another_replica_shows_one_key(desk_with: OpenDesk, as_person: SignIn) -> None:
    jane = await as_person("jane")
    async with desk_with() as one, desk_with() as other:
        here, there = one.welcome(jane), other.welcome(jane)
        issued = await here.issue(unique("laptop"))
        assert len(await there.read("/keys")) == 1
        for _ in range(3):
            await rotated(here, issued["token"])
            (shown,) = await there.read("/keys")
            assert shown["token"] == issued["token"]
        assert (await there.post(f"/keys/{issued['token']}/block")).status_code == 200
        assert (await here.key(issued["token"]))["blocked"] is True


async def test_all_secrets_of_a_person_who_left_are_blocked_and_work_again_after_the_return(
    desk_with: OpenDesk, scene: Scene, make: Maker, empty_database: str, gateway: Gateway
) -> None:
    database = {"url": empty_database}
    async with desk_with(database=database, directory=people(scene)) as here:
        jane = await visit(here, scene, make)
        issued = await jane.issue(unique("laptop"))
        both = (issued["key"], await rotated(jane, issued["token"]))
        async with desk_with(database=database, directory=people(scene, present=False)) as there:
            await there.app.state.services.resync_accounts.apply(even_if_many_leave=True)
        assert [await gateway.accepts(secret) for secret in both] == [False, False]
        await here.app.state.services.resync_accounts.apply()
        assert [await gateway.accepts(secret) for secret in both] == [True, True]
        assert (await jane.key(issued["token"]))["blocked"] is False
