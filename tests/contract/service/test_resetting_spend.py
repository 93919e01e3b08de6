"""POST /keys/{id}/reset_spend: it voids a budget, so it takes a permission that owners do not have."""

import pytest

from tests.desk.desk import SignIn, Visitor
from tests.desk.problems import assert_problem
from tests.upstream.eventually import eventually
from tests.upstream.gateway import Gateway
from tests.upstream.making import unique

pytestmark = pytest.mark.anyio


async def spent(owner: Visitor, key_id: str) -> float:
    spend: float = (await owner.key(key_id))["spend"]
    return spend


async def test_an_owner_may_not_reset_what_they_spent(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    problem = assert_problem(
        await jane.post(f"/keys/{issued['token']}/reset_spend"), 403, "permission-missing"
    )
    assert problem["permission"] == "litellm.key.reset_spend"
    assert problem["hint"]


async def test_the_platform_team_resets_anybodys_spend(as_person: SignIn, gateway: Gateway) -> None:
    jane, olga = await as_person("jane"), await as_person("olga")
    issued = await jane.issue(unique("laptop"), models=["premium-xl"])
    assert (await gateway.chat(issued["key"], "premium-xl")).status == 200
    await eventually(lambda: spent(jane, issued["token"]), lambda spend: spend > 0)
    answer = await olga.post(f"/keys/{issued['token']}/reset_spend")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert await spent(jane, issued["token"]) == 0.0


async def test_the_platform_team_resets_its_own_spend_too(as_person: SignIn) -> None:
    olga = await as_person("olga")
    issued = await olga.issue(unique("laptop"))
    assert (await olga.post(f"/keys/{issued['token']}/reset_spend")).status_code == 200


async def test_the_spend_of_an_unknown_key_cannot_be_reset(as_person: SignIn) -> None:
    olga = await as_person("olga")
    assert_problem(await olga.post("/keys/key_unknown/reset_spend"), 404, "not-found")


async def test_the_platform_team_does_nothing_else_with_keys_of_others(as_person: SignIn) -> None:
    jane, olga = await as_person("jane"), await as_person("olga")
    issued = await jane.issue(unique("laptop"))
    assert_problem(await olga.delete(f"/keys/{issued['token']}"), 404, "not-found")
    assert_problem(await olga.post(f"/keys/{issued['token']}/block"), 404, "not-found")
