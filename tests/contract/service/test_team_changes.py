"""PATCH and DELETE /teams/{id}: settings change one by one, and no change overwrites another."""

from typing import Any

import pytest

from tests.support.desk.managing import DATA_TEAM, TeamOffice, managed
from tests.support.desk.odd_dates import NO_TIMES
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.desk.problems import assert_problem
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Team, unique
from tests.support.upstream.reading import team_of, tokens_of

pytestmark = pytest.mark.anyio

SETTINGS = ("team_alias", "models", "max_budget", "budget_duration", "tpm_limit", "rpm_limit", "blocked")
LIMITS: dict[str, Any] = {"max_budget": 100.0, "budget_duration": "30d", "tpm_limit": 1000, "rpm_limit": 10}


async def stored(gateway: Gateway, team: dict[str, Any]) -> dict[str, Any]:
    return await team_of(gateway, Team(team["team_id"], team["team_alias"]))


def at(team: dict[str, Any]) -> str:
    return f"/teams/{team['team_id']}"


@pytest.mark.parametrize(
    "change",
    [
        {"team_alias": "Renamed"},
        {"models": ["gpt-4o-mini"]},
        {"max_budget": 1.5},
        {"budget_duration": "7d"},
        {"tpm_limit": 5},
        {"rpm_limit": None},
        {"blocked": True},
    ],
    ids=str,
)
async def test_an_update_changes_only_the_given_fields(
    office: TeamOffice, gateway: Gateway, change: dict[str, Any]
) -> None:
    change = {name: unique(value) if name == "team_alias" else value for name, value in change.items()}
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga, **LIMITS)
        before = await stored(gateway, team)
        answer = await olga.patch(at(team), **change)
        assert answer.status_code == 200, answer.text
        assert await managed(olga, team) == [answer.json()]
    after = await stored(gateway, team)
    wanted = {name: before[name] for name in SETTINGS} | change
    assert {name: after[name] for name in SETTINGS} == wanted
    assert {name: answer.json()[name] for name in SETTINGS} == wanted
    kept = {name: value for name, value in before["metadata"].items() if not name.startswith("keydesk_")}
    assert kept.items() <= after["metadata"].items()


async def test_other_metadata_is_kept_and_its_labels_are_shown(office: TeamOffice, gateway: Gateway) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        labels = {"cost_center": "4711"}
        theirs = team["metadata"] | {"keydesk_labels": labels, "floor": "3", "nested": {"a": [1]}}
        await gateway.post("/team/update", team_id=team["team_id"], metadata=theirs)
        answer = await olga.patch(at(team), rpm_limit=5)
    assert answer.json()["metadata"] == team["metadata"] | labels
    assert theirs.items() <= (await stored(gateway, team))["metadata"].items()


async def test_keys_of_a_blocked_team_do_not_work_until_it_is_unblocked(
    office: TeamOffice, gateway: Gateway
) -> None:
    async with office.open() as desk:
        olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
        team = await office.create(olga)
        await olga.post(f"{at(team)}/members", userEntityRef=office.scene.ref("jane"))
        issued = await jane.issue(unique("laptop"), team_id=team["team_id"])
        assert (await olga.patch(at(team), blocked=True)).json()["blocked"] is True
        assert (await gateway.chat(issued["key"], "gpt-4o")).status == 401
        assert (await olga.patch(at(team), blocked=False)).json()["blocked"] is False

    async def status() -> int:
        return (await gateway.chat(issued["key"], "gpt-4o")).status

    await eventually(status, lambda seen: seen == 200)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"models": ["premium-xl"]}, (403, "policy-refused", "models")),
        ({"models": []}, (422, "invalid-request", "models")),
        ({"models": None}, (422, "invalid-request", "models")),
        ({"max_budget": 501}, (403, "policy-refused", "max_budget")),
        ({"max_budget": None}, (403, "policy-refused", "max_budget")),
        ({"max_budget": 0}, (422, "invalid-request", "max_budget")),
        ({"team_alias": ""}, (422, "invalid-request", "team_alias")),
        ({"team_alias": None}, (422, "invalid-request", "team_alias")),
        ({"budget_duration": "1 month"}, (422, "invalid-request", "budget_duration")),
        ({"blocked": None}, (422, "invalid-request", "blocked")),
        ({"blocked": "yes"}, (422, "invalid-request", "blocked")),
        ({"metadata": {}}, (422, "invalid-request", "metadata")),
        ({"owning_group": DATA_TEAM}, (422, "invalid-request", "owning_group")),
        ({"spend": 0}, (422, "invalid-request", "spend")),
        ({"rpm_limit": 1, "expectedUpdatedAtIso": "then"}, (422, "invalid-request", "expectedUpdatedAtIso")),
        *[
            ({"rpm_limit": 1, "expectedUpdatedAtIso": time}, (422, "invalid-request", "expectedUpdatedAtIso"))
            for time in NO_TIMES
        ],
        ({"rpm_limit": 1, "expected_updated_at": None}, (422, "invalid-request", "expected_updated_at")),
    ],
    ids=str,
)
async def test_a_refused_update_changes_nothing(
    office: TeamOffice, gateway: Gateway, change: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        before = await stored(gateway, team)
        assert_problem(await olga.patch(at(team), **change), *expected)
    assert await stored(gateway, team) == before


@pytest.mark.parametrize(
    "body", [{}, {"expectedUpdatedAtIso": "2026-01-31T12:00:00Z"}], ids=["empty", "no-change"]
)
async def test_an_empty_update_is_refused(office: TeamOffice, body: dict[str, Any]) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        assert (await olga.patch(at(team), **body)).status_code == 422


async def test_a_team_cannot_take_the_name_of_another_but_can_keep_its_own(office: TeamOffice) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        first, second = await office.create(olga), await office.create(olga)
        refused = await olga.patch(at(second), team_alias=first["team_alias"].upper())
        assert_problem(refused, 409, "conflict", param="team_alias")
        respelt = await olga.patch(at(second), team_alias=second["team_alias"].upper())
        assert respelt.json()["team_alias"] == second["team_alias"].upper()
        again = await olga.patch(at(second), team_alias=second["team_alias"].upper(), rpm_limit=3)
        assert again.json()["rpm_limit"] == 3


async def test_an_outdated_update_is_a_conflict(office: TeamOffice) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        first = await olga.patch(at(team), rpm_limit=5, expectedUpdatedAtIso=team["updated_at"])
        assert first.status_code == 200, first.text
        stale = await olga.patch(at(team), rpm_limit=6, expectedUpdatedAtIso=team["updated_at"])
        assert_problem(stale, 409, "conflict", param="expectedUpdatedAtIso")
        fresh = await olga.patch(at(team), rpm_limit=6, expectedUpdatedAtIso=first.json()["updated_at"])
        assert fresh.json()["rpm_limit"] == 6


async def test_members_and_spend_do_not_make_an_update_outdated(office: TeamOffice, gateway: Gateway) -> None:
    """LiteLLM's own timestamp changes with both, so a busy team could not be edited."""
    async with office.open() as desk:
        olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
        team = await office.create(olga)
        await olga.post(f"{at(team)}/members", userEntityRef=office.scene.ref("jane"))
        issued = await jane.issue(unique("laptop"), team_id=team["team_id"])
        assert (await gateway.chat(issued["key"], "gpt-4o")).status == 200

        async def shown() -> Any:
            return (await managed(olga, team))[0]

        busy = await eventually(shown, lambda seen: seen["spend"] > 0)
        assert busy["updated_at"] == team["updated_at"]
        changed = await olga.patch(at(team), rpm_limit=5, expectedUpdatedAtIso=team["updated_at"])
        assert changed.status_code == 200, changed.text


async def test_a_change_in_litellm_itself_makes_an_update_outdated(
    office: TeamOffice, gateway: Gateway
) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        await gateway.post("/team/update", team_id=team["team_id"], max_budget=7.0)
        stale = await olga.patch(at(team), rpm_limit=6, expectedUpdatedAtIso=team["updated_at"])
        assert_problem(stale, 409, "conflict", param="expectedUpdatedAtIso")
        (seen,) = await managed(olga, team)
        fresh = await olga.patch(at(team), rpm_limit=6, expectedUpdatedAtIso=seen["updated_at"])
        assert (fresh.status_code, fresh.json()["max_budget"]) == (200, 7.0)


async def test_teams_cannot_be_deleted_by_default(office: TeamOffice, gateway: Gateway) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        refused = assert_problem(await olga.delete(at(team)), 403, "policy-refused")
    assert "lock" in refused["hint"]
    assert (await stored(gateway, team))["team_id"] == team["team_id"]


async def test_a_deleted_team_and_its_keys_do_not_exist(office: TeamOffice, gateway: Gateway) -> None:
    async with office.open(rules={"allow_team_delete": True}) as desk:
        olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
        team = await office.create(olga)
        await olga.post(f"{at(team)}/members", userEntityRef=office.scene.ref("jane"))
        issued = await jane.issue(unique("laptop"), team_id=team["team_id"])
        answer = await olga.delete(at(team))
        assert answer.json() == {"success": True, "deleted_keys": [issued["token"]]}
        assert_problem(await olga.delete(at(team)), 404, "not-found", param="team_id")
        assert await managed(olga, team) == await jane.read("/teams") == []
    assert await tokens_of(gateway, jane.person) == []


@pytest.mark.parametrize("where", ["defaults", "roles"])
async def test_a_team_of_the_provisioning_is_deleted_only_with_force(office: TeamOffice, where: str) -> None:
    async with office.open() as desk:
        team = await office.create(await office.person(desk, "olga"))
    named = {"teams": [team["team_id"]]}
    entry = named if where == "defaults" else [{"group": "group:default/nobody", **named}]
    async with office.open(rules={"allow_team_delete": True}, provisioning={where: entry}) as desk:
        olga = await office.person(desk, "olga")
        refused = assert_problem(await olga.delete(at(team)), 409, "conflict")
        assert "force" in refused["hint"]
        assert (await olga.delete(f"{at(team)}?force=true")).status_code == 200


async def test_different_spellings_of_the_owner_are_the_same_group(
    office: TeamOffice, gateway: Gateway
) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga)
        short = PLATFORM_TEAM.removeprefix("group:default/").title()
        await gateway.post("/team/update", team_id=team["team_id"], metadata={"owning_group": short})
        assert (await olga.patch(at(team), rpm_limit=5)).status_code == 200


@pytest.mark.parametrize("change", [{"blocked": False}, {"blocked": True}, {"rpm_limit": 5}], ids=str)
async def test_an_administrators_block_stays(
    office: TeamOffice, gateway: Gateway, change: dict[str, Any]
) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga, **LIMITS)
        await gateway.post("/team/block", team_id=team["team_id"])
        problem = assert_problem(await olga.patch(at(team), **change), 403, "policy-refused")
        assert problem["hint"]
        assert (await stored(gateway, team))["blocked"] is True
        await gateway.post("/team/unblock", team_id=team["team_id"])
        assert (await olga.patch(at(team), **change)).status_code == 200


async def test_team_admins_can_lift_their_own_block_after_other_changes(
    office: TeamOffice, gateway: Gateway
) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        team = await office.create(olga, **LIMITS)
        for change in ({"blocked": True}, {"rpm_limit": 5}, {"blocked": False}):
            assert (await olga.patch(at(team), **change)).status_code == 200
        assert (await stored(gateway, team))["blocked"] is False
