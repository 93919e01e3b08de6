"""GET /teams: the caller's teams, with or without their budgets."""

from typing import Any

import pytest

from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique

pytestmark = pytest.mark.anyio

HIDDEN = {"display": {"hide_team_budget_for_members": True}}


async def test_a_person_without_teams_has_an_empty_list(as_person: SignIn) -> None:
    jane = await as_person("jane")
    assert await jane.read("/teams") == []


async def test_a_persons_own_teams_are_listed_by_name(as_person: SignIn, make: Maker) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    zoo = await make.team(jane.person, bob.person, team_alias="zoo of " + jane.user_id)
    arks = await make.team(jane.person, team_alias="Arks of " + jane.user_id)
    await make.team(bob.person)
    assert [team["team_id"] for team in await jane.read("/teams")] == [arks.team_id, zoo.team_id]


async def test_a_team_has_the_fields_of_the_web_client(as_person: SignIn, make: Maker) -> None:
    jane = await as_person("jane")
    limits = {"max_budget": 100.0, "budget_duration": "30d", "tpm_limit": 9000, "rpm_limit": 90}
    team = await make.team(jane.person, models=["basic"], metadata={"owning_group": "x"}, **limits)
    (shown,) = await jane.read("/teams")
    members = {member["user_id"]: member["role"] for member in shown.pop("members_with_roles")}
    assert members == {jane.user_id: "user"}
    assert shown.pop("budget_reset_at")
    assert shown.pop("updated_at")
    assert shown == limits | {
        "team_id": team.team_id,
        "team_alias": team.alias,
        "spend": 0.0,
        "models": ["basic"],
        "metadata": {"owning_group": "x"},
        "object_permission": {"vector_stores": [], "mcp_servers": []},
        "blocked": False,
        "budget_hidden": False,
        "budget_pct": None,
        "budget_status": None,
    }


async def test_a_blocked_team_is_marked(as_person: SignIn, make: Maker, gateway: Gateway) -> None:
    jane = await as_person("jane")
    team = await make.team(jane.person)
    await gateway.post("/team/block", team_id=team.team_id)
    assert [shown["blocked"] for shown in await jane.read("/teams")] == [True]


async def test_a_hidden_budget_has_percent_and_status_instead(
    as_person: SignIn, make: Maker, desk_with: OpenDesk
) -> None:
    async with desk_with(litellm=HIDDEN) as discreet:
        jane = discreet.welcome(await as_person("jane"))
        await make.team(jane.person, max_budget=100.0)
        (shown,) = await jane.read("/teams")
    hidden = {name: shown[name] for name in ("max_budget", "spend", "budget_hidden")}
    assert hidden == {"max_budget": None, "spend": 0.0, "budget_hidden": True}
    assert (shown["budget_pct"], shown["budget_status"]) == (0.0, "ok")


async def test_an_exhausted_hidden_budget_is_marked(
    as_person: SignIn, make: Maker, gateway: Gateway, desk_with: OpenDesk
) -> None:
    async with desk_with(litellm=HIDDEN) as discreet:
        jane = discreet.welcome(await as_person("jane"))
        team = await make.team(jane.person, max_budget=0.001)
        issued = await jane.issue(unique("laptop"), team_id=team.team_id)
        assert (await gateway.chat(issued["key"], "premium-xl")).status == 200

        async def shown() -> Any:
            return (await jane.read("/teams"))[0]

        seen = await eventually(shown, lambda seen: seen["budget_pct"] > 0)
    assert seen["budget_pct"] > 100
    assert (seen["budget_status"], seen["spend"], seen["max_budget"]) == ("over", 0.0, None)


async def test_a_team_without_a_budget_has_nothing_to_hide(
    as_person: SignIn, make: Maker, desk_with: OpenDesk
) -> None:
    async with desk_with(litellm=HIDDEN) as discreet:
        jane = discreet.welcome(await as_person("jane"))
        await make.team(jane.person)
        (shown,) = await jane.read("/teams")
    assert (shown["budget_hidden"], shown["budget_pct"]) == (False, None)
