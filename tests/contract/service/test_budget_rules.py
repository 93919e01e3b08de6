"""The budget period cannot bypass the maximum: on create and on update, for teams, members and keys."""

from typing import Any

import pytest

from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.desk.managing import TeamOffice
from tests.support.desk.problems import assert_problem
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, Team, token_of, unique
from tests.support.upstream.reading import team_of, tokens_of

pytestmark = pytest.mark.anyio

CEILING = 500.0
"""The maximum of the tests' rules, in US dollars for 30 days."""
REFUSED_PERIODS = ["1s", "59m", "23h", "36h", "999h", "99999m", "100000s"]
"""Less than a day, or hours, minutes and seconds that LiteLLM resets after a day or so."""
ABOVE = [(16.67, "1d"), (500.0, "1d"), (116.67, "7d"), (500.01, "1mo"), (1000.01, "2mo"), (6083.34, "1y")]
WITHIN = [(16.66, "1d"), (16.66, "24h"), (116.66, "7d"), (500.0, "1mo"), (1000.0, "60d"), (6083.33, "1y")]


def at(team: dict[str, Any]) -> str:
    return f"/teams/{team['team_id']}"


@pytest.mark.parametrize("period", REFUSED_PERIODS)
async def test_a_period_that_litellm_does_not_keep_is_refused_for_teams(
    office: TeamOffice, period: str
) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        refused = await office.try_to_create(olga, max_budget=0.01, budget_duration=period)
        assert_problem(refused, 403, "policy-refused", param="budget_duration")
        team = await office.create(olga, max_budget=0.01)
        refused = await olga.patch(at(team), budget_duration=period)
        assert_problem(refused, 403, "policy-refused", param="budget_duration")


@pytest.mark.parametrize(("amount", "period"), ABOVE)
async def test_the_maximum_is_scaled_to_the_period(office: TeamOffice, amount: float, period: str) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        refused = await office.try_to_create(olga, max_budget=amount, budget_duration=period)
        assert_problem(refused, 403, "policy-refused", param="max_budget")
        team = await office.create(olga, max_budget=1.0)
        refused = await olga.patch(at(team), max_budget=amount, budget_duration=period)
        assert_problem(refused, 403, "policy-refused", param="max_budget")


@pytest.mark.parametrize(("amount", "period"), WITHIN)
async def test_a_budget_up_to_the_scaled_maximum_is_granted(
    office: TeamOffice, amount: float, period: str
) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        made = await office.create(olga, max_budget=amount, budget_duration=period)
        team = await office.create(olga, max_budget=1.0)
        answer = await olga.patch(at(team), max_budget=amount, budget_duration=period)
    assert answer.status_code == 200, answer.text
    settings = {name: made[name] for name in ("max_budget", "budget_duration")}
    assert settings == {name: answer.json()[name] for name in settings}
    assert settings["max_budget"] == amount


async def test_an_update_is_checked_with_the_stored_values(office: TeamOffice, gateway: Gateway) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        monthly = await office.create(olga, max_budget=CEILING)
        daily = await office.create(olga, max_budget=10.0, budget_duration="1d")
        before = [await stored(gateway, team) for team in (monthly, daily)]
        refused = await olga.patch(at(monthly), budget_duration="1d")
        assert_problem(refused, 403, "policy-refused", param="max_budget")
        refused = await olga.patch(at(daily), max_budget=17.0)
        assert_problem(refused, 403, "policy-refused", param="max_budget")
        assert [await stored(gateway, team) for team in (monthly, daily)] == before
        assert (await olga.patch(at(daily), max_budget=16.0)).status_code == 200
        assert (await olga.patch(at(daily), budget_duration="7d")).status_code == 200


async def stored(gateway: Gateway, team: dict[str, Any]) -> dict[str, Any]:
    return await team_of(gateway, Team(team["team_id"], team["team_alias"]))


async def test_a_teams_budget_needs_a_period(office: TeamOffice) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        refused = await olga.patch(at(team), budget_duration=None)
        assert_problem(refused, 403, "policy-refused", param="budget_duration")
        refused = await olga.patch(at(team), budget_duration=None, max_budget=1.0)
        assert_problem(refused, 403, "policy-refused", param="budget_duration")


async def test_a_team_without_a_budget_cannot_have_a_period(office: TeamOffice) -> None:
    async with office.open(rules={"allow_unlimited_budget": True}) as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga, max_budget=None)
        assert (await olga.patch(at(team), budget_duration=None)).status_code == 200
        refused = await olga.patch(at(team), max_budget=CEILING + 0.01)
        assert_problem(refused, 403, "policy-refused", param="max_budget")
        assert (await olga.patch(at(team), max_budget=CEILING)).status_code == 200
        refused = await olga.patch(at(team), budget_duration="30d")
        assert_problem(refused, 403, "policy-refused", param="budget_duration")


async def test_spend_is_not_reset_early_by_a_shorter_period(office: TeamOffice, gateway: Gateway) -> None:
    """LiteLLM resets the spend when the new, shorter period ends."""
    async with office.open(rules={"max_budget_ceiling": 0.03, "allowed_models": ["premium-xl"]}) as desk:
        olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
        team = await office.create(olga, max_budget=0.03, models=["premium-xl"])
        await olga.post(f"{at(team)}/members", userEntityRef=office.scene.ref("jane"))
        issued = await jane.issue(unique("laptop"), team_id=team["team_id"])
        assert (await gateway.chat(issued["key"], "premium-xl")).status == 200
        await spent(gateway, team)
        refused = await olga.patch(at(team), max_budget=0.0005, budget_duration="1d")
        assert_problem(refused, 403, "policy-refused", param="budget_duration")
        assert (await olga.patch(at(team), budget_duration="60d")).status_code == 200


async def test_unreported_spend_is_not_reset_early_either(office: TeamOffice, gateway: Gateway) -> None:
    """LiteLLM shows spend some seconds after the call. Until then, the team may have spent its whole budget."""
    async with office.open(rules={"max_budget_ceiling": 0.03, "allowed_models": ["premium-xl"]}) as desk:
        olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
        team = await office.create(olga, max_budget=0.03, models=["premium-xl"])
        await olga.post(f"{at(team)}/members", userEntityRef=office.scene.ref("jane"))
        issued = await jane.issue(unique("laptop"), team_id=team["team_id"])
        assert (await gateway.chat(issued["key"], "premium-xl")).status == 200
        refused = await olga.patch(at(team), max_budget=0.0005, budget_duration="1d")
        assert_problem(refused, 403, "policy-refused", param="budget_duration")
        assert (await olga.patch(at(team), max_budget=0.0005)).status_code == 200
        refused = await olga.patch(at(team), budget_duration="1d")
        assert_problem(refused, 403, "policy-refused", param="budget_duration")


async def spent(gateway: Gateway, team: dict[str, Any]) -> None:
    await eventually(lambda: stored(gateway, team), lambda seen: seen["spend"] > 0.001)


async def test_a_members_budget_is_checked_with_the_period_of_the_team(office: TeamOffice) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga, max_budget=10.0, budget_duration="1d")
        office.make.user_ids.append(office.scene.user_id("jane"))
        member = {"userEntityRef": office.scene.ref("jane")}
        refused = await olga.post(f"{at(team)}/members", **member, maxBudgetInTeam=17.0)
        assert_problem(refused, 403, "policy-refused", param="maxBudgetInTeam")
        assert (await olga.post(f"{at(team)}/members", **member, maxBudgetInTeam=16.0)).status_code == 200


@pytest.mark.parametrize("amount", [1e308, 1_000_000.01])
async def test_no_budget_exceeds_the_absolute_maximum(
    office: TeamOffice, as_person: SignIn, amount: float
) -> None:
    async with office.open(rules={"max_budget_ceiling": 1e308}) as desk:
        olga, jane = await office.person(desk, "olga"), desk.welcome(await as_person("jane"))
        team, issued = await office.create(olga), await jane.issue(unique("laptop"))
        answers = {
            "max_budget": [
                await office.try_to_create(olga, max_budget=amount),
                await olga.patch(at(team), max_budget=amount),
                await jane.post("/keys/generate", alias=unique("laptop"), max_budget=amount),
                await jane.post(f"/keys/{issued['token']}/update", max_budget=amount),
            ],
            "maxBudgetInTeam": [
                await olga.post(
                    f"{at(team)}/members", userEntityRef=office.scene.ref("jane"), maxBudgetInTeam=amount
                )
            ],
        }
    for param, refusals in answers.items():
        for refused in refusals:
            assert_problem(refused, 403, "policy-refused", param=param)
            assert "1,000,000" in refused.json()["hint"]


@pytest.mark.parametrize("period", REFUSED_PERIODS)
async def test_such_a_period_is_refused_for_keys_too(
    as_person: SignIn, gateway: Gateway, period: str
) -> None:
    jane = await as_person("jane")
    body = {"alias": unique("laptop"), "max_budget": 0.01, "budget_duration": period}
    assert_problem(await jane.post("/keys/generate", **body), 403, "policy-refused", param="budget_duration")
    assert await tokens_of(gateway, jane.person) == []
    issued = await jane.issue(unique("laptop"))
    refused = await jane.post(f"/keys/{issued['token']}/update", budget_duration=period)
    assert_problem(refused, 403, "policy-refused", param="budget_duration")


async def test_a_key_with_such_a_period_needs_another_before_its_budget_changes(
    as_person: SignIn, make: Maker
) -> None:
    jane = await as_person("jane")
    await make.key(Person(jane.user_id, ""), max_budget=1, budget_duration="1s")
    (key,) = await jane.read("/keys")
    path = f"/keys/{key['token']}/update"
    refused = await jane.post(path, max_budget=2.0)
    assert_problem(refused, 403, "policy-refused", param="budget_duration")
    assert (await jane.post(path, rpm_limit=5)).status_code == 200
    assert (await jane.post(path, max_budget=2.0, budget_duration="7d")).status_code == 200


async def test_a_keys_budget_may_have_no_period(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), budget_duration="48h")
    answer = await jane.post(f"/keys/{issued['token']}/update", budget_duration=None)
    if answer.status_code == 502:
        # LiteLLM 1.84 keeps the period, and Keydesk returns an error.
        assert_problem(answer, 502, "upstream-refused", param="budget_duration")
    else:
        assert (answer.status_code, answer.json()["budget_duration"]) == (200, None)


async def test_whole_days_are_sent_as_days(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), budget_duration="48h")
    kept = await gateway.get("/key/info", key=token_of(issued["key"]))
    assert kept.body["info"]["budget_duration"] == "2d"


async def test_the_shortest_period_is_a_setting(desk_with: OpenDesk, as_person: SignIn) -> None:
    async with desk_with(litellm={"key_generation": {"shortest_budget_period": "7d"}}) as desk:
        jane = desk.welcome(await as_person("jane"))
        body = {"alias": unique("laptop"), "max_budget": 1.0}
        refused = await jane.post("/keys/generate", **body, budget_duration="6d")
        assert_problem(refused, 403, "policy-refused", param="budget_duration")
        await jane.issue(unique("laptop"), budget_duration="1w")
