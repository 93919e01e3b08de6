"""Requests about teams: to join one, and for a larger budget in one. The admins of the team decide too."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from keydesk.audit.policy import Filter
from tests.contract.service.requests.conftest import (
    REQUESTS,
    Office,
    approve,
    asked,
    directory,
    ref_of,
    tomorrow,
)
from tests.support.desk.desk import Desk, Visitor
from tests.support.desk.managing import DATA_TEAM, GRANTS, INTERNS
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.making import Team, unique

pytestmark = pytest.mark.anyio
KINDS = ["team_membership", "new_team", "member_budget"]
JOIN = {"kind": "team_membership", "max_budget": None}


def settings(scene: Scene, **changes: Any) -> dict[str, Any]:
    """Return a Keydesk whose approver is Olga. Carol and Alice manage the teams of one group, Bob of another."""
    people = directory(scene, "olga")
    groups = {"carol": DATA_TEAM, "alice": DATA_TEAM, "bob": INTERNS}
    for entry in people["people"]:
        entry["groups"] += [group for name, group in groups.items() if entry["ref"] == scene.ref(name)]
    rules = {"team_admin": {"group": [DATA_TEAM, INTERNS], "allowed_models": ["gpt-4o"]}}
    requests = REQUESTS | {"kinds": KINDS} | changes
    return {"directory": people, "litellm": rules, "grants": GRANTS, "requests": requests}


@pytest.fixture
async def desk(office: Office, scene: Scene) -> AsyncIterator[Desk]:
    async with office.open(**settings(scene)) as desk:
        yield desk


@pytest.fixture
async def carol(office: Office, desk: Desk) -> Visitor:
    return await office.person(desk, "carol")


@pytest.fixture
async def team(office: Office) -> Team:
    return await office.make.team(metadata={"owning_group": DATA_TEAM}, models=["gpt-4o-mini"])


async def members_of(office: Office, team: Team) -> set[str]:
    info = (await office.gateway.get("/team/info", team_id=team.team_id)).body["team_info"]
    return {each["user_id"] for each in info["members_with_roles"]} - {"default_user_id"}


async def membership(office: Office, team: Team, visitor: Visitor) -> dict[str, Any]:
    """Return what LiteLLM stores about a member of a team, without the times of changes."""
    answer = (await office.gateway.get("/team/info", team_id=team.team_id)).body
    (found,) = [each for each in answer["team_memberships"] if each["user_id"] == visitor.user_id]
    table = found["litellm_budget_table"] or {}
    times = {"updated_at", "updated_by"}
    kept = {name: value for name, value in table.items() if name not in times}
    member: dict[str, Any] = found
    return member | {"litellm_budget_table": kept}


async def test_an_admin_of_the_team_lets_a_person_join(
    office: Office, jane: Visitor, carol: Visitor, team: Team
) -> None:
    request = await asked(jane, **JOIN, team_id=team.team_id)
    assert (request["team_id"], request["team_alias"]) == (team.team_id, team.alias)
    assert request["id"] in [each["id"] for each in await carol.read("/requests/to_decide")]
    decided = await approve(carol, request)
    assert decided["state"] == "approved"
    assert await members_of(office, team) == {jane.user_id}
    issued = await jane.post("/keys/generate", alias=team.alias, max_budget=1.0, team_id=team.team_id)
    assert issued.status_code == 200, issued.text


async def test_an_approver_grants_a_budget_in_the_team(
    office: Office, jane: Visitor, olga: Visitor, team: Team
) -> None:
    request = await asked(jane, **JOIN | {"max_budget": 50.0}, team_id=team.team_id)
    await approve(olga, request, max_budget=20.0)
    assert (await membership(office, team, jane))["litellm_budget_table"]["max_budget"] == 20.0


async def test_the_audit_log_has_who_let_a_person_join(
    desk: Desk, jane: Visitor, carol: Visitor, team: Team
) -> None:
    await approve(carol, await asked(jane, **JOIN, team_id=team.team_id))
    reader = desk.app.state.services.audit_reader
    found = (await reader.page(Filter(object_id=team.team_id), 1, 20)).audit_logs
    (change,) = [each for each in found if each.table_name == "LiteLLM_TeamMembership"]
    assert (change.changed_by, change.outcome) == (ref_of(carol), "succeeded")


async def test_admins_of_other_teams_and_the_person_do_not_decide(
    desk: Desk, office: Office, carol: Visitor, team: Team
) -> None:
    """Carol manages the team, but nobody decides their own request."""
    bob = await office.person(desk, "bob")
    request = await asked(carol, **JOIN, team_id=team.team_id)
    assert_problem(await bob.post(f"/requests/{request['id']}/approve"), 404, "not-found")
    assert_problem(await carol.post(f"/requests/{request['id']}/approve"), 403, "policy-refused")
    await approve(await office.person(desk, "alice"), request)
    assert await members_of(office, team) == {carol.user_id}


async def test_teams_that_nobody_manages_do_not_exist(
    office: Office, jane: Visitor, carol: Visitor, team: Team
) -> None:
    alone = await office.make.team()
    for team_id in ("no-such-team", alone.team_id):
        answer = await jane.post("/requests", **JOIN, team_id=team_id, reason="A project")
        assert_problem(answer, 404, "not-found", param="team_id")
    await approve(carol, await asked(jane, **JOIN, team_id=team.team_id))
    answer = await jane.post("/requests", **JOIN, team_id=team.team_id, reason="A project")
    assert_problem(answer, 409, "conflict", param="team_id")


async def test_two_approvals_let_a_person_join_once(
    office: Office, jane: Visitor, olga: Visitor, carol: Visitor, team: Team
) -> None:
    first, second = [await asked(jane, **JOIN, team_id=team.team_id) for _ in range(2)]
    paths = [f"/requests/{each['id']}/approve" for each in (first, second)]
    answers = await asyncio.gather(olga.post(paths[0]), carol.post(paths[1]))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await members_of(office, team) == {jane.user_id}


async def test_an_admin_who_lost_the_group_does_not_decide(office: Office, scene: Scene, team: Team) -> None:
    async with office.open(**settings(scene)) as desk:
        request = await asked(await office.person(desk, "jane"), **JOIN, team_id=team.team_id)
    changed = settings(scene)
    for entry in changed["directory"]["people"]:
        entry["groups"] = [group for group in entry["groups"] if group != DATA_TEAM]
    async with office.open(**changed) as desk:
        carol = await office.person(desk, "carol")
        assert_problem(await carol.post(f"/requests/{request['id']}/approve"), 404, "not-found")


async def with_budget(office: Office, team: Team, visitor: Visitor, usd: float | None) -> None:
    """Add a member with a budget. In LiteLLM 1.109, the first update turns `model_max_budget` from null into {}."""
    member = {"user_id": visitor.user_id, "role": "user"}
    await office.gateway.post("/team/member_add", team_id=team.team_id, member=member, max_budget_in_team=usd)
    fields: dict[str, Any] = {"user_id": visitor.user_id, "max_budget_in_team": usd}
    await office.gateway.post("/team/member_update", team_id=team.team_id, **fields)


async def test_a_member_is_the_same_before_and_after_a_larger_budget(
    desk: Desk, office: Office, jane: Visitor, carol: Visitor, team: Team
) -> None:
    await with_budget(office, team, jane, 10.0)
    before = await membership(office, team, jane)
    request = await asked(
        jane, kind="member_budget", team_id=team.team_id, max_budget=40.0, until=tomorrow(office)
    )
    assert request["previous_budget"] == 10.0
    await approve(carol, request, max_budget=30.0)
    during = await membership(office, team, jane)
    assert during["litellm_budget_table"].pop("max_budget") == 30.0
    same = before["litellm_budget_table"] | {}
    del same["max_budget"]
    assert during == before | {"litellm_budget_table": same}
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    assert await membership(office, team, jane) == before


async def test_only_members_with_a_budget_request_a_larger_one(
    office: Office, jane: Visitor, team: Team
) -> None:
    body = {"kind": "member_budget", "team_id": team.team_id, "max_budget": 40.0, "reason": "A project"}
    assert_problem(await jane.post("/requests", **body), 404, "not-found", param="team_id")
    await with_budget(office, team, jane, None)
    assert_problem(await jane.post("/requests", **body), 403, "policy-refused", param="team_id")


async def test_each_member_has_a_grant_of_their_own(
    desk: Desk, office: Office, jane: Visitor, carol: Visitor, team: Team
) -> None:
    olga = await office.person(desk, "olga")
    for visitor, usd in ((jane, 10.0), (carol, 5.0)):
        await with_budget(office, team, visitor, usd)
        fields = {"team_id": team.team_id, "max_budget": 40.0, "until": tomorrow(office)}
        await approve(olga, await asked(visitor, kind="member_budget", **fields))
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    for visitor, usd in ((jane, 10.0), (carol, 5.0)):
        assert (await membership(office, team, visitor))["litellm_budget_table"]["max_budget"] == usd


def wish(**changes: Any) -> dict[str, Any]:
    team = {"team_alias": unique("Search"), "models": ["gpt-4o"]} | changes
    return {"kind": "new_team", "team": team, "max_budget": 5000.0}


async def test_an_approval_creates_a_team_with_the_requester(
    office: Office, carol: Visitor, olga: Visitor
) -> None:
    request = await asked(carol, **wish(budget_duration="7d"))
    decided = await approve(olga, request, max_budget=2000.0)
    assert decided["state"] == "approved"
    (team,) = [each for each in await carol.read("/teams") if each["team_alias"] == request["team_alias"]]
    office.make.team_ids.append(team["team_id"])
    assert (team["max_budget"], team["budget_duration"], team["models"]) == (2000.0, "7d", ["gpt-4o"])
    assert [each["user_id"] for each in team["members_with_roles"]] == [carol.user_id]
    assert team["team_id"] in [each["team_id"] for each in await carol.read("/teams/managed")]
    assert team["metadata"]["created_by_backstage_user"] == ref_of(carol)
    again = await carol.post("/requests", **wish(team_alias=request["team_alias"]), reason="Again")
    assert_problem(again, 409, "conflict", param="team_alias")


async def test_a_team_that_nobody_could_get_is_refused(jane: Visitor, carol: Visitor) -> None:
    refused = [
        (jane, wish(), "owning_group"),
        (carol, wish(owning_group=INTERNS), "owning_group"),
        (carol, wish(models=["premium-xl"]), "models"),
    ]
    for visitor, body, param in refused:
        answer = await visitor.post("/requests", **body, reason="A project")
        assert_problem(answer, 403, "policy-refused", param=param)
