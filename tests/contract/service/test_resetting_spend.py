"""POST /keys/{id}/reset_spend bypasses a budget, so owners cannot use it, even with the permission."""

import pytest

from tests.support.desk.desk import OpenDesk, SignIn, Visitor
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
RESET_SPEND = "litellm.key.reset_spend"


async def spent(owner: Visitor, key_id: str) -> float:
    spend: float = (await owner.key(key_id))["spend"]
    return spend


async def test_an_owner_cannot_reset_their_own_spend(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    problem = assert_problem(
        await jane.post(f"/keys/{issued['token']}/reset_spend"), 403, "permission-missing"
    )
    assert problem["permission"] == RESET_SPEND
    assert problem["hint"]


async def test_the_platform_team_can_reset_the_spend_of_others(as_person: SignIn, gateway: Gateway) -> None:
    jane, olga = await as_person("jane"), await as_person("olga")
    issued = await jane.issue(unique("laptop"), models=["premium-xl"])
    assert (await gateway.chat(issued["key"], "premium-xl")).status == 200
    await eventually(lambda: spent(jane, issued["token"]), lambda spend: spend > 0)
    answer = await olga.post(f"/keys/{issued['token']}/reset_spend")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert await spent(jane, issued["token"]) == 0.0


async def test_the_permission_does_not_cover_your_own_key(as_person: SignIn, gateway: Gateway) -> None:
    olga = await as_person("olga")
    issued = await olga.issue(unique("laptop"), models=["premium-xl"])
    assert (await gateway.chat(issued["key"], "premium-xl")).status == 200
    await eventually(lambda: spent(olga, issued["token"]), lambda spend: spend > 0)
    problem = assert_problem(await olga.post(f"/keys/{issued['token']}/reset_spend"), 403, "policy-refused")
    assert problem["hint"]
    assert await spent(olga, issued["token"]) > 0


async def test_the_configured_group_can_reset_its_own_keys(desk_with: OpenDesk, scene: Scene) -> None:
    own_keys = {"key_generation": {"reset_spend_group": PLATFORM_TEAM}}
    async with desk_with(litellm=own_keys) as desk:
        olga = await desk.sign_in(scene.user_id("olga"))
        issued = await olga.issue(unique("laptop"))
        assert (await olga.post(f"/keys/{issued['token']}/reset_spend")).status_code == 200


async def test_the_configured_group_also_needs_the_permission(desk_with: OpenDesk, scene: Scene) -> None:
    own_keys = {"key_generation": {"reset_spend_group": PLATFORM_TEAM}}
    async with desk_with(litellm=own_keys, grants={RESET_SPEND: ["group:default/nobody"]}) as desk:
        olga = await desk.sign_in(scene.user_id("olga"))
        issued = await olga.issue(unique("laptop"))
        answer = await olga.post(f"/keys/{issued['token']}/reset_spend")
        assert_problem(answer, 403, "permission-missing")


async def test_the_spend_of_an_unknown_key_cannot_be_reset(as_person: SignIn) -> None:
    olga = await as_person("olga")
    assert_problem(await olga.post("/keys/key_unknown/reset_spend"), 404, "not-found")


async def test_the_platform_team_can_do_nothing_else_with_keys_of_others(as_person: SignIn) -> None:
    jane, olga = await as_person("jane"), await as_person("olga")
    issued = await jane.issue(unique("laptop"))
    assert_problem(await olga.delete(f"/keys/{issued['token']}"), 404, "not-found")
    assert_problem(await olga.post(f"/keys/{issued['token']}/block"), 404, "not-found")
