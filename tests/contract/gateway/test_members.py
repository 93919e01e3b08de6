"""`/team/member_add`, `/team/member_update` and `/team/member_delete`."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Answer, Gateway
from tests.support.upstream.making import Maker, Person, Team, unique
from tests.support.upstream.reading import key_of, person_of, team_of

pytestmark = pytest.mark.anyio


async def join(gateway: Gateway, team: Team, user_id: str, role: str = "user", **more: Any) -> Answer:
    member = {"role": role, "user_id": user_id}
    return await gateway.post("/team/member_add", team_id=team.team_id, member=member, **more)


async def budgets_in(gateway: Gateway, team: Team) -> dict[str, float | None]:
    answer = await gateway.get("/team/info", team_id=team.team_id)
    return {
        found["user_id"]: (found["litellm_budget_table"] or {}).get("max_budget")
        for found in answer.body["team_memberships"]
    }


@pytest.fixture
async def team(make: Maker) -> Team:
    return await make.team()


async def test_a_new_member_is_in_the_response_and_has_the_team(
    gateway: Gateway, team: Team, alice: Person
) -> None:
    answer = await join(gateway, team, alice.user_id)
    assert answer.status == 200
    assert answer.body["team_id"] == team.team_id
    joined = {"user_id": alice.user_id, "user_email": alice.email, "role": "user"}
    assert joined in answer.body["members_with_roles"]
    assert (await person_of(gateway, alice))["teams"] == [team.team_id]


async def test_a_member_can_have_their_own_budget(gateway: Gateway, team: Team, alice: Person) -> None:
    await join(gateway, team, alice.user_id, max_budget_in_team=5)
    assert (await budgets_in(gateway, team))[alice.user_id] == 5.0
    answer = await gateway.post(
        "/team/member_update", team_id=team.team_id, user_id=alice.user_id, max_budget_in_team=7
    )
    assert (answer.status, answer.body["max_budget_in_team"]) == (200, 7.0)
    assert (await budgets_in(gateway, team))[alice.user_id] == 7.0


async def test_adding_a_member_twice_is_refused(gateway: Gateway, team: Team, alice: Person) -> None:
    await join(gateway, team, alice.user_id)
    answer = await join(gateway, team, alice.user_id)
    assert answer.status == 400
    assert (answer.error["type"], answer.error["param"]) == ("team_member_already_in_team", "member")
    assert answer.error["message"].startswith("User already in team. Member: user_id=")


async def test_team_admins_are_an_enterprise_feature(gateway: Gateway, team: Team, alice: Person) -> None:
    answer = await join(gateway, team, alice.user_id, role="admin")
    assert answer.status == 400
    assert answer.detail["error"].startswith("Assigning team admins is a premium feature.")
    assert (await person_of(gateway, alice))["teams"] == []


async def test_an_unknown_role_is_refused(gateway: Gateway, team: Team, alice: Person) -> None:
    answer = await join(gateway, team, alice.user_id, role="boss")
    assert answer.status == 422
    assert (answer.detail[0]["type"], answer.detail[0]["loc"]) == ("literal_error", ["body", "role"])


async def test_adding_a_member_to_an_unknown_team_is_refused(gateway: Gateway, alice: Person) -> None:
    nowhere = Team(unique("nowhere"), "Nowhere")
    answer = await join(gateway, nowhere, alice.user_id)
    assert answer.status == 404
    assert answer.detail == {
        "error": f"Team doesn't exist in db. Team={nowhere.team_id}. Create team via `/team/new` call."
    }


async def test_adding_an_unknown_person_creates_them(gateway: Gateway, make: Maker, team: Team) -> None:
    ghost = Person(unique("ghost"), "")
    make.user_ids.append(ghost.user_id)
    assert (await join(gateway, team, ghost.user_id)).status == 200
    stored = await person_of(gateway, ghost)
    assert (stored["user_role"], stored["max_budget"]) == ("internal_user", None)
    assert stored["teams"] == [team.team_id]


async def test_a_budget_for_a_person_outside_of_the_team_is_accepted_without_adding_them(
    gateway: Gateway, team: Team, alice: Person
) -> None:
    answer = await gateway.post(
        "/team/member_update", team_id=team.team_id, user_id=alice.user_id, max_budget_in_team=7
    )
    assert answer.status == 200
    members = (await team_of(gateway, team))["members_with_roles"]
    assert alice.user_id not in {member["user_id"] for member in members}
    assert (await budgets_in(gateway, team))[alice.user_id] == 7.0


@pytest.mark.since("1.108.14")
async def test_a_removed_member_loses_the_team_and_its_keys(
    gateway: Gateway, make: Maker, team: Team, alice: Person
) -> None:
    await join(gateway, team, alice.user_id)
    team_key, own_key = await make.key(alice, team), await make.key(alice)
    answer = await gateway.post("/team/member_delete", team_id=team.team_id, user_id=alice.user_id)
    assert answer.status == 200
    assert [member["user_id"] for member in answer.body["members_with_roles"]] == ["default_user_id"]
    assert (await person_of(gateway, alice))["teams"] == []
    assert (await key_of(gateway, team_key))["status"] == "deleted"
    assert (await key_of(gateway, own_key))["status"] == "active"


async def test_removing_a_member_twice_is_refused(gateway: Gateway, team: Team, alice: Person) -> None:
    answer = await gateway.post("/team/member_delete", team_id=team.team_id, user_id=alice.user_id)
    assert (answer.status, answer.detail) == (400, {"error": "User not found in team"})


async def test_removing_a_member_from_an_unknown_team_is_refused(gateway: Gateway, alice: Person) -> None:
    nowhere = unique("nowhere")
    answer = await gateway.post("/team/member_delete", team_id=nowhere, user_id=alice.user_id)
    assert (answer.status, answer.detail) == (400, {"error": f"Team id={nowhere} does not exist in db"})


async def test_a_removal_needs_a_person(gateway: Gateway, team: Team) -> None:
    answer = await gateway.post("/team/member_delete", team_id=team.team_id)
    assert answer.status == 422
    assert answer.detail[0]["msg"] == "Value error, Either user id or user email must be provided"
