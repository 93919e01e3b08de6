"""GET /usage and GET /teams/{id}/usage: usage by day, model and key."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.desk.desk import OpenDesk, SignIn, Visitor
from tests.support.desk.problems import assert_problem
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import MODEL_REFUSED, Gateway
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.reading import today

pytestmark = pytest.mark.anyio

NOTHING = {
    "total_spend": 0.0,
    "total_tokens": 0,
    "prompt_tokens": 0,
    "completion_tokens": 0,
    "api_requests": 0,
    "successful_requests": 0,
    "failed_requests": 0,
}


async def usage_of(visitor: Visitor, requests: int, path: str = "/usage") -> dict[str, Any]:
    """Return the usage when it has this many requests."""

    async def usage() -> Any:
        return await visitor.read(path)

    seen: dict[str, Any] = await eventually(usage, lambda seen: seen["api_requests"] >= requests)
    assert seen["api_requests"] == requests
    return seen


async def test_a_person_without_usage_has_an_empty_complete_report(as_person: SignIn) -> None:
    jane = await as_person("jane")
    usage = await jane.read("/usage")
    as_of = datetime.fromisoformat(usage.pop("as_of"))
    assert abs(datetime.now(UTC) - as_of) < timedelta(minutes=10)
    empty: dict[str, Any] = {
        "daily_usage": [],
        "daily_by_model": [],
        "usage_by_model": {},
        "usage_by_key": {},
    }
    assert usage == NOTHING | empty | {"complete": True}


async def test_every_breakdown_adds_up_to_the_total(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    laptop, desktop = await jane.issue(unique("laptop")), await jane.issue(unique("desktop"))
    for issued, model in ((laptop, "gpt-4o"), (laptop, "claude-sonnet"), (desktop, "gpt-4o")):
        assert (await gateway.chat(issued["key"], model)).status == 200
    usage = await usage_of(jane, 3)
    assert usage["total_spend"] > 0
    assert [day["date"] for day in usage["daily_usage"]] == [today()]
    for part in (usage["daily_usage"], usage["daily_by_model"]):
        assert sum(row["spend"] for row in part) == pytest.approx(usage["total_spend"])
        assert sum(row["total_tokens"] for row in part) == usage["total_tokens"]
    for parts in (usage["usage_by_model"].values(), usage["usage_by_key"].values()):
        assert sum(part["total_spend"] for part in parts) == pytest.approx(usage["total_spend"])
    requests = {model: part["api_requests"] for model, part in usage["usage_by_model"].items()}
    assert requests == {"claude-sonnet": 1, "gpt-4o": 2}
    assert usage["usage_by_key"][laptop["token"]]["models"] == ["claude-sonnet", "gpt-4o"]


async def test_keys_are_named_in_usage_as_in_the_list(
    as_person: SignIn, make: Maker, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    team = await make.team(jane.person)
    issued = await jane.issue(unique("laptop"), team_id=team.team_id)
    await gateway.chat(issued["key"])
    used = (await usage_of(jane, 1))["usage_by_key"][issued["token"]]
    assert (used["key_alias"], used["team_id"]) == (issued["key_alias"], team.team_id)


async def test_a_deleted_key_stays_in_usage(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await gateway.chat(issued["key"])
    before = (await usage_of(jane, 1))["usage_by_key"]
    await jane.delete(f"/keys/{issued['token']}")
    after = (await jane.read("/usage"))["usage_by_key"]
    assert after == before
    assert after[issued["token"]]["key_alias"] == issued["key_alias"]


async def test_a_failed_call_counts_without_cost(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), models=["gpt-4o"])
    assert (await gateway.chat(issued["key"], "claude-sonnet")).status in MODEL_REFUSED
    usage = await usage_of(jane, 1)
    figures = {name: usage[name] for name in ("total_spend", "successful_requests", "failed_requests")}
    assert figures == {"total_spend": 0.0, "successful_requests": 0, "failed_requests": 1}


async def test_usage_of_others_is_not_included(as_person: SignIn, gateway: Gateway) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    issued = await jane.issue(unique("laptop"))
    await gateway.chat(issued["key"])
    await usage_of(jane, 1)
    assert (await bob.read("/usage"))["api_requests"] == 0


async def test_a_period_excludes_other_days(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await gateway.chat(issued["key"])
    await usage_of(jane, 1)
    january = await jane.read("/usage", start_date="2026-01-01", end_date="2026-01-31")
    assert (january["api_requests"], january["daily_usage"]) == (0, [])
    now = await jane.read("/usage", start_date=today(), end_date=today())
    assert now["api_requests"] == 1


async def test_the_usage_of_a_team_includes_all_members(
    as_person: SignIn, make: Maker, gateway: Gateway
) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    team = await make.team(jane.person, bob.person)
    keys = [await visitor.issue(unique("laptop"), team_id=team.team_id) for visitor in (jane, bob)]
    own = await jane.issue(unique("own"))
    for issued in (*keys, own):
        assert (await gateway.chat(issued["key"])).status == 200
    usage = await usage_of(bob, 2, f"/teams/{team.team_id}/usage")
    assert set(usage["usage_by_key"]) == {issued["token"] for issued in keys}
    assert usage["total_spend"] > 0
    assert usage["complete"] is True


@pytest.mark.parametrize("exists", [True, False], ids=["foreign", "unknown"])
async def test_usage_of_a_team_without_membership_is_not_found(
    as_person: SignIn, make: Maker, exists: bool
) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    team_id = (await make.team(bob.person)).team_id if exists else unique("nowhere")
    assert_problem(await jane.get(f"/teams/{team_id}/usage"), 404, "not-found", param="team_id")


async def test_a_hidden_budget_hides_money_in_the_teams_usage_too(
    as_person: SignIn, make: Maker, gateway: Gateway, desk_with: OpenDesk
) -> None:
    """Spend and percentage together would reveal the budget."""
    async with desk_with(litellm={"display": {"hide_team_budget_for_members": True}}) as discreet:
        jane = discreet.welcome(await as_person("jane"))
        team = await make.team(jane.person, max_budget=50.0)
        issued = await jane.issue(unique("laptop"), team_id=team.team_id)
        await gateway.chat(issued["key"])
        usage = await usage_of(jane, 1, f"/teams/{team.team_id}/usage")
    assert usage["total_tokens"] > 0
    assert usage["total_spend"] == 0.0
    assert {day["spend"] for day in usage["daily_usage"] + usage["daily_by_model"]} == {0.0}
    for parts in (usage["usage_by_model"], usage["usage_by_key"]):
        assert {part["total_spend"] for part in parts.values()} == {0.0}


async def test_a_team_without_a_budget_shows_its_money(
    as_person: SignIn, make: Maker, gateway: Gateway, desk_with: OpenDesk
) -> None:
    async with desk_with(litellm={"display": {"hide_team_budget_for_members": True}}) as discreet:
        jane = discreet.welcome(await as_person("jane"))
        team = await make.team(jane.person)
        issued = await jane.issue(unique("laptop"), team_id=team.team_id)
        await gateway.chat(issued["key"])
        usage = await usage_of(jane, 1, f"/teams/{team.team_id}/usage")
    assert usage["total_spend"] > 0
