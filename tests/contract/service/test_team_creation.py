"""POST /teams and GET /teams/managed: team admins create teams for their groups, within the configured limits."""

from typing import Any

import pytest

from tests.support.desk.managing import DATA_TEAM, RULES, TeamOffice, managed
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Team, unique
from tests.support.upstream.reading import team_of

pytestmark = pytest.mark.anyio


async def stored(gateway: Gateway, team: dict[str, Any]) -> dict[str, Any]:
    return await team_of(gateway, Team(team["team_id"], team["team_alias"]))


async def teams_named(gateway: Gateway, alias: str) -> list[str]:
    found = await gateway.get("/v2/team/list", team_alias=alias, page_size=100)
    return [team["team_id"] for team in found.body["teams"]]


async def test_a_team_is_created_as_requested_and_belongs_to_the_group(
    office: TeamOffice, gateway: Gateway
) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        wanted = {"models": ["gpt-4o", "basic"], "max_budget": 100.0, "budget_duration": "7d", "tpm_limit": 9}
        team = await office.create(olga, **wanted, rpm_limit=8)
        assert {name: team[name] for name in wanted} == wanted
        assert (team["rpm_limit"], team["spend"], team["blocked"]) == (8, 0.0, False)
        assert team["members_with_roles"] == []
        assert team["object_permission"] == {"vector_stores": [], "mcp_servers": []}
        assert await managed(olga, team) == [team]
    kept = await stored(gateway, team)
    assert {name: kept[name] for name in wanted} == wanted
    stamps = kept["metadata"]
    assert stamps["owning_group"] == PLATFORM_TEAM
    assert stamps["created_by_backstage_user"] == office.scene.ref("olga")
    assert stamps["created_via"] == "keydesk"
    assert stamps["created_at_iso"]
    assert len(stamps["keydesk_intent"]) == 32
    assert "keydesk_settings" not in team["metadata"]


async def test_the_default_budget_period_is_thirty_days(office: TeamOffice) -> None:
    async with office.open() as desk:
        team = await office.create(await office.person(desk, "olga"))
    assert team["budget_duration"] == "30d"
    assert team["budget_reset_at"]


async def test_all_others_manage_nothing(office: TeamOffice) -> None:
    async with office.open() as desk:
        team = await office.create(await office.person(desk, "olga"))
        for name in ("carol", "bob", "jane"):
            assert await managed(await office.person(desk, name), team) == []


async def test_a_person_in_several_groups_chooses_one_or_gets_the_first(office: TeamOffice) -> None:
    async with office.open(groups={"olga": [DATA_TEAM, PLATFORM_TEAM]}) as desk:
        olga = await office.person(desk, "olga")
        first = await office.create(olga)
        chosen = await office.create(olga, owning_group="Data-Team")
        shown = await managed(olga, first, chosen)
    assert first["metadata"]["owning_group"] == PLATFORM_TEAM
    assert chosen["metadata"]["owning_group"] == DATA_TEAM
    assert {team["team_id"] for team in shown} == {first["team_id"], chosen["team_id"]}


async def test_a_team_for_another_group_is_refused(office: TeamOffice, gateway: Gateway) -> None:
    alias = unique("Search")
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        refused = await office.try_to_create(olga, team_alias=alias, owning_group=DATA_TEAM)
    assert_problem(refused, 403, "policy-refused", param="owning_group")
    assert await teams_named(gateway, alias) == []


@pytest.mark.parametrize(
    "models", [["gpt-4o"], ["gpt-4o-mini"], ["basic"]], ids=["listed", "in-group", "group"]
)
async def test_models_of_the_allowlist_and_of_its_access_groups_are_granted(
    office: TeamOffice, models: list[str]
) -> None:
    rules = {"allowed_models": ["gpt-4o"], "allowed_model_access_groups": ["basic"]}
    async with office.open(rules=rules) as desk:
        team = await office.create(await office.person(desk, "olga"), models=models)
    assert team["models"] == models


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"models": ["premium-xl"]}, (403, "policy-refused", "models")),
        ({"models": ["gpt-4o", "premium-xl"]}, (403, "policy-refused", "models")),
        ({"models": ["standard"]}, (403, "policy-refused", "models")),
        ({"models": ["no-such-model"]}, (422, "invalid-request", "models")),
        ({"models": ["all-proxy-models"]}, (422, "invalid-request", "models")),
        ({"models": ["*"]}, (422, "invalid-request", "models")),
        ({"models": []}, (422, "invalid-request", "models")),
        ({"models": None}, (422, "invalid-request", "models")),
        ({"max_budget": 500.01}, (403, "policy-refused", "max_budget")),
        ({"max_budget": None}, (403, "policy-refused", "max_budget")),
        ({"max_budget": 0}, (422, "invalid-request", "max_budget")),
        ({"max_budget": -1}, (422, "invalid-request", "max_budget")),
        ({"max_budget": "5"}, (422, "invalid-request", "max_budget")),
        ({"team_alias": "  "}, (422, "invalid-request", "team_alias")),
        ({"team_alias": "x" * 101}, (422, "invalid-request", "team_alias")),
        ({"team_alias": "two\nlines"}, (422, "invalid-request", "team_alias")),
        ({"budget_duration": "soon"}, (422, "invalid-request", "budget_duration")),
        ({"tpm_limit": 0}, (422, "invalid-request", "tpm_limit")),
        ({"rpm_limit": 1.5}, (422, "invalid-request", "rpm_limit")),
        ({"owning_group": "not a group"}, (422, "invalid-request", "owning_group")),
        ({"metadata": {"owning_group": DATA_TEAM}}, (422, "invalid-request", "metadata")),
        ({"team_id": "mine"}, (422, "invalid-request", "team_id")),
        ({"members_with_roles": []}, (422, "invalid-request", "members_with_roles")),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, dict) else "",
)
async def test_a_refused_request_creates_no_team(
    office: TeamOffice, gateway: Gateway, change: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    alias = unique("Refused")
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        refused = await office.try_to_create(olga, **{"team_alias": alias} | change)
    assert_problem(refused, *expected)
    assert await teams_named(gateway, alias) == []


async def test_a_budget_is_required(office: TeamOffice) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        refused = await olga.post("/teams", team_alias=unique("Search"), models=["gpt-4o"])
    assert_problem(refused, 422, "invalid-request", param="max_budget")


async def test_without_lists_no_model_is_granted(office: TeamOffice) -> None:
    """In LiteLLM an empty list means every model; here it means none."""
    async with office.open(rules={"allowed_models": [], "allowed_model_access_groups": []}) as desk:
        refused = await office.try_to_create(await office.person(desk, "olga"))
    assert_problem(refused, 403, "policy-refused", param="models")


async def test_a_team_without_a_budget_is_created_if_the_rules_allow_it(office: TeamOffice) -> None:
    async with office.open(rules={"allow_unlimited_budget": True}) as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga, max_budget=None)
        above = await office.try_to_create(olga, max_budget=501)
    assert team["max_budget"] is None
    assert_problem(above, 403, "policy-refused", param="max_budget")


@pytest.mark.parametrize("name", ["Search {}", "sEARCH {}", " Search {} ", "100% a_b\\c {}", "Über {}"])
async def test_another_teams_name_is_a_conflict(office: TeamOffice, name: str) -> None:
    mark = unique("x")
    first = {"Search {}", "sEARCH {}", " Search {} "}
    taken = "SEARCH {}" if name in first else name.upper()
    async with office.open() as desk:
        olga, carol = await office.person(desk, "olga"), await office.person(desk, "carol")
        await office.create(olga, team_alias=taken.replace("{}", mark))
        refused = await office.try_to_create(carol, team_alias=name.replace("{}", mark))
        longer = await office.try_to_create(carol, team_alias=name.replace("{}", mark) + " too")
    assert_problem(refused, 409, "conflict", param="team_alias")
    assert longer.status_code == 200, "only whole names are compared"


async def test_the_config_contains_the_rules(office: TeamOffice) -> None:
    rules = {"allow_unlimited_budget": True, "object_permissions": {"enabled": True}}
    display = {"hide_team_budget_for_members": True, "hide_team_budget_for_managers": True}
    async with office.open(rules=rules, display=display) as desk:
        config = await (await office.person(desk, "jane")).read("/config")
    assert config["teamManagement"] == {
        "enabled": True,
        "maxBudgetCeiling": RULES["max_budget_ceiling"],
        "allowUnlimitedBudget": True,
        "objectPermissionsEnabled": True,
    }
    assert config["display"] == {"hideTeamBudgetForMembers": True, "hideTeamBudgetForManagers": True}
