"""GET /limits/explain: the limit that it names is the one with which LiteLLM refuses the key."""

from typing import Any

import pytest

from tests.support.desk.desk import SignIn, Visitor
from tests.support.desk.managing import TeamOffice
from tests.support.desk.problems import assert_problem
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import OVER_BUDGET, Gateway
from tests.support.upstream.making import token_of, unique

pytestmark = pytest.mark.anyio
PREMIUM = "premium-xl"
"""One call costs more than a dollar."""


async def explained(visitor: Visitor, key_id: str) -> dict[str, Any]:
    found: dict[str, Any] = await visitor.read("/limits/explain", key=key_id)
    return found


async def stopped(visitor: Visitor, key_id: str) -> dict[str, Any]:
    """Return the explanation once LiteLLM has written the spend."""
    return await eventually(lambda: explained(visitor, key_id), lambda shown: not shown["works"])


async def test_a_new_key_works_and_names_its_limits(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), max_budget=5.0, budget_duration="30d", rpm_limit=60)
    shown = await explained(jane, issued["token"])
    assert (shown["works"], shown["token"], shown["reasons"]) == (True, issued["token"], [])
    own = {(limit["scope"], limit["kind"]): limit for limit in shown["limits"] if limit["scope"] == "key"}
    budget = own["key", "budget"]
    assert (budget["limit"], budget["used"], budget["left"], budget["status"]) == (5.0, 0.0, 5.0, "ok")
    assert budget["resets_at"] == (await jane.key(issued["token"]))["budget_reset_at"]
    assert own["key", "requests_per_minute"]["limit"] == 60
    assert token_of(issued["key"]) not in str(shown)


async def test_a_key_over_its_budget_is_stopped_by_it(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), max_budget=0.5, models=[PREMIUM])
    assert (await gateway.chat(issued["key"], PREMIUM)).status == 200
    assert (await gateway.chat(issued["key"], PREMIUM)).status in OVER_BUDGET
    shown = await stopped(jane, issued["token"])
    assert (shown["limits"][0]["scope"], shown["limits"][0]["left"]) == ("key", 0.0)
    assert "Used up: Budget of this key" in shown["summary"]


async def test_a_member_over_their_budget_in_a_team_is_stopped_by_it(
    office: TeamOffice, gateway: Gateway
) -> None:
    async with office.open(rules={"allowed_models": [PREMIUM]}) as desk:
        olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
        team = await office.create(olga, max_budget=300.0, models=[PREMIUM])
        member = {"userEntityRef": office.scene.ref("jane"), "maxBudgetInTeam": 0.5}
        assert (await olga.post(f"/teams/{team['team_id']}/members", **member)).status_code == 200
        issued = await jane.issue(unique("laptop"), team_id=team["team_id"], max_budget=200.0)
        assert (await gateway.chat(issued["key"], PREMIUM)).status == 200
        assert (await gateway.chat(issued["key"], PREMIUM)).status in OVER_BUDGET
        shown = await stopped(jane, issued["token"])
        assert (shown["limits"][0]["scope"], shown["limits"][0]["limit"]) == ("member", 0.5)
        assert "person" not in {limit["scope"] for limit in shown["limits"] if limit["kind"] == "budget"}


async def test_a_hidden_team_budget_stays_hidden(office: TeamOffice) -> None:
    async with office.open(display={"hide_team_budget_for_members": True}) as desk:
        olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
        team = await office.create(olga, max_budget=321.0625)
        ref = office.scene.ref("jane")
        await olga.post(f"/teams/{team['team_id']}/members", userEntityRef=ref)
        issued = await jane.issue(unique("laptop"), team_id=team["team_id"])
        shown = await explained(jane, issued["token"])
        (budget,) = [limit for limit in shown["limits"] if limit["scope"] == "team"]
        assert (budget["percent"], budget["status"]) == (0.0, "ok")
        assert (budget["limit"], budget["used"], budget["left"]) == (None, None, None)
        assert "321" not in str(shown)


async def test_blocks_are_explained(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    assert (await jane.post(f"/keys/{issued['token']}/block")).status_code == 200
    shown = await explained(jane, issued["token"])
    assert [reason["kind"] for reason in shown["reasons"]] == ["blocked"]
    assert shown["summary"].startswith("You blocked this key")
    assert (await jane.post(f"/keys/{issued['token']}/unblock")).status_code == 200
    assert (await explained(jane, issued["token"]))["works"]


async def test_both_secrets_of_a_rotated_key_count(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), max_budget=200.0, models=[PREMIUM])
    rotated = (await jane.post(f"/keys/{issued['token']}/rotate")).json()
    for secret in (issued["key"], rotated["key"]):
        assert (await gateway.chat(secret, PREMIUM)).status == 200

    async def used() -> Any:
        limits = (await explained(jane, issued["token"]))["limits"]
        return {limit["scope"]: limit for limit in limits if limit["kind"] == "budget"}

    budgets = await eventually(used, lambda found: found["key"]["used"] > 2)
    assert budgets["key"]["limit"] == 200.0
    assert {"current_secret", "previous_secret"} <= budgets.keys()


async def test_keys_of_others_do_not_exist(as_person: SignIn) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    issued = await jane.issue(unique("laptop"))
    for key_id in (issued["token"], token_of(issued["key"]), "key_unknown", "key_" + "a" * 26):
        assert_problem(await bob.get("/limits/explain", key=key_id), 404, "not-found")
