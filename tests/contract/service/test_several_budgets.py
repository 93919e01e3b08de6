"""Keys with several budgets at the same time: LiteLLM enforces each of them, without a license."""

from typing import Any

import pytest

from tests.support.desk.desk import OpenDesk, SignIn, Visitor
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.desk.problems import assert_problem
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import OVER_BUDGET, Gateway
from tests.support.upstream.making import token_of, unique

pytestmark = pytest.mark.anyio
DAILY = {"max_budget": 0.00001, "budget_duration": "1d"}
WEEKLY = {"max_budget": 3.0, "budget_duration": "1w"}


@pytest.fixture
async def jane(as_person: SignIn) -> Visitor:
    return await as_person("jane")


async def several(visitor: Visitor, *limits: dict[str, Any]) -> dict[str, Any]:
    fields = {"max_budget": 5.0, "budget_duration": "30d", "models": ["gpt-4o"]}
    return await visitor.issue(unique("laptop"), budget_limits=[*limits], **fields)


async def in_litellm(gateway: Gateway, issued: dict[str, Any]) -> list[tuple[float, str]]:
    info = (await gateway.get("/key/info", key=token_of(issued["key"]))).body["info"]
    limits = info["budget_limits"] or []
    return sorted((each["max_budget"], each["budget_duration"]) for each in limits)


async def test_all_budgets_are_stored_shown_and_changed(jane: Visitor, gateway: Gateway) -> None:
    issued = await several(jane, DAILY, WEEKLY)
    assert await in_litellm(gateway, issued) == [(0.00001, "1d"), (3.0, "7d")]
    shown = await jane.key(issued["token"])
    assert [each["budget_duration"] for each in shown["budget_limits"]] == ["1d", "7d"]
    path = f"/keys/{issued['token']}/update"
    changed = await jane.post(path, budget_limits=[WEEKLY])
    assert changed.json()["budget_limits"] == [{"max_budget": 3.0, "budget_duration": "7d"}]
    assert (await jane.post(path, max_budget=4.0)).json()["budget_limits"] != []
    assert "budget_limits" not in (await jane.post(path, budget_limits=[])).json()
    assert await in_litellm(gateway, issued) == []


async def test_litellm_stops_a_key_whose_further_budget_is_used_up(jane: Visitor, gateway: Gateway) -> None:
    issued = await several(jane, DAILY)
    assert (await gateway.chat(issued["key"], model="gpt-4o")).status == 200

    async def refusal() -> Any:
        return await gateway.chat(issued["key"], model="gpt-4o")

    stopped = await eventually(refusal, lambda answer: answer.status != 200)
    assert stopped.status in OVER_BUDGET
    path = f"/keys/{issued['token']}/update"
    assert (await jane.post(path, budget_limits=[WEEKLY])).status_code == 200
    await eventually(refusal, lambda answer: answer.status == 200)


async def test_the_list_of_all_keys_has_them(desk_with: OpenDesk, as_person: SignIn) -> None:
    grants = {"litellm.audit.read": [PLATFORM_TEAM]}
    async with desk_with(litellm={"audit": {"group": PLATFORM_TEAM}}, grants=grants) as desk:
        jane, olga = desk.welcome(await as_person("jane")), desk.welcome(await as_person("olga"))
        issued = await several(jane, DAILY, WEEKLY)
        plain = await several(jane)

        async def indexed() -> dict[str, int]:
            # The desk's own job may be reading the same page, and then this run leaves it to the job.
            await desk.app.state.services.all_keys.indexing.apply()
            found = (await olga.read("/admin/keys", owner=jane.user_id))["keys"]
            return {key["token"]: len(key.get("budget_limits", [])) for key in found}

        wanted = {issued["token"]: 2, plain["token"]: 0}
        await eventually(indexed, lambda found: found == wanted)
        lines = (await olga.get("/admin/keys/export", owner=jane.user_id)).text.splitlines()
        assert sorted(line.rpartition(",")[2] for line in lines) == ["", "1e-05/1d 3.0/7d", "budget_limits"]


async def test_the_explanation_lists_all_budgets(jane: Visitor) -> None:
    issued = await several(jane, DAILY, WEEKLY)
    found = await jane.read("/limits/explain", key=issued["token"])
    further = {each["period"]: each["limit"] for each in found["limits"] if each["status"] == "unknown"}
    assert further.items() >= {"1d": 0.00001, "7d": 3.0}.items()


@pytest.mark.parametrize(
    "limits",
    [
        [DAILY | {"budget_duration": "1h"}],
        [DAILY, DAILY],
        [WEEKLY, WEEKLY | {"budget_duration": "7d"}],
        [DAILY | {"max_budget": 0}],
        [{"max_budget": 1.0}],
        [DAILY | {"reset_at": "2100-01-01T00:00:00Z"}],
    ],
)
async def test_invalid_budgets_are_refused(jane: Visitor, limits: list[dict[str, Any]]) -> None:
    answer = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=5.0, budget_limits=limits)
    assert answer.status_code == 422
    assert "budget_limits" in answer.text


async def test_the_policy_for_budgets_applies_to_each(desk_with: OpenDesk, as_person: SignIn) -> None:
    rules = {"shortest_budget_period": "7d", "largest_budget": 4.0}
    async with desk_with(litellm={"key_generation": rules}) as desk:
        jane = desk.welcome(await as_person("jane"))
        fields = {"alias": unique("laptop"), "max_budget": 4.0, "budget_duration": "30d"}
        for wrong in (DAILY, WEEKLY | {"max_budget": 5.0}):
            answer = await jane.post("/keys/generate", budget_limits=[wrong], **fields)
            assert_problem(answer, 403, "policy-refused", param="budget_limits")
        assert (await jane.post("/keys/generate", budget_limits=[WEEKLY], **fields)).status_code == 200


async def test_a_key_with_several_budgets_and_a_rotated_key_do_not_mix(jane: Visitor) -> None:
    """LiteLLM counts the further budgets for each secret, so that a rotation would begin them again."""
    issued = await several(jane, DAILY)
    assert_problem(await jane.post(f"/keys/{issued['token']}/rotate"), 403, "policy-refused")
    rotated = await several(jane)
    assert (await jane.post(f"/keys/{rotated['token']}/rotate")).status_code == 200
    answer = await jane.post(f"/keys/{rotated['token']}/update", budget_limits=[DAILY])
    assert_problem(answer, 403, "policy-refused", param="budget_limits")


async def test_several_budgets_fit_into_several_windows(desk_with: OpenDesk, as_person: SignIn) -> None:
    allowance = {"usd_per_day": 1.0, "usd_per_month": 20.0}
    async with desk_with(litellm={"key_allowances": allowance}) as desk:
        jane = desk.welcome(await as_person("jane"))
        fields = {"max_budget": 20.0, "budget_duration": "30d"}
        answer = await jane.post("/keys/generate", alias=unique("laptop"), **fields)
        assert_problem(answer, 403, "policy-refused", param="max_budget")
        issued = await jane.issue(
            unique("laptop"), budget_limits=[{"max_budget": 1.0, "budget_duration": "1d"}], **fields
        )
        shown = (await jane.read("/limits/allowance"))["windows"]
        assert [(window["period"], window["left"]) for window in shown] == [("1d", 0.0), ("30d", 0.0)]
        answer = await jane.post(f"/keys/{issued['token']}/update", budget_limits=[])
        assert_problem(answer, 403, "policy-refused", param="max_budget")
