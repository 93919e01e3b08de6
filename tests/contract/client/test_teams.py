"""`client.teams` on a real gateway. Members are in test_team_members.py."""

from typing import Any

import pytest

from keydesk.litellm import (
    Conflict,
    LiteLLM,
    NewTeam,
    NewTeamMember,
    NotFound,
    ObjectPermission,
    ObjectPermissionChanges,
    Team,
    TeamChanges,
)
from tests.support.upstream.making import Maker, Person, unique

pytestmark = pytest.mark.anyio


async def create(client: LiteLLM, make: Maker, **fields: Any) -> Team:
    """Create a team with the client."""
    created = await client.teams.create(NewTeam(**({"team_alias": unique("Platform")} | fields)))
    make.team_ids.append(created.team_id)
    return created


async def test_a_created_team_is_read_back_as_sent(client: LiteLLM, make: Maker, alice: Person) -> None:
    sent = {
        "models": ("gpt-4o",),
        "max_budget": 50.0,
        "budget_duration": "30d",
        "metadata": {"owning_group": "group:default/platform"},
    }
    members = (NewTeamMember(user_id=alice.user_id),)
    created = await create(client, make, members_with_roles=members, **sent)
    stored = await client.teams.get(created.team_id)
    assert stored is not None
    assert stored.model_dump(include=set(sent)) == sent
    assert [(member.user_id, member.role) for member in stored.members_with_roles] == [
        (alice.user_id, "user"),
        ("default_user_id", "admin"),
    ]
    assert (stored.spend, stored.blocked, stored.object_permission) == (0.0, False, ObjectPermission())


async def test_an_unknown_team_is_none(client: LiteLLM) -> None:
    assert await client.teams.get(unique("nowhere")) is None


async def test_an_id_in_use_is_a_conflict(client: LiteLLM, make: Maker) -> None:
    team = await make.team()
    with pytest.raises(Conflict) as refusal:
        await create(client, make, team_id=team.team_id)
    assert refusal.value.param == "team_id"


async def test_an_update_keeps_other_fields_and_none_clears_a_limit(client: LiteLLM, make: Maker) -> None:
    team = await make.team(max_budget=10, tpm_limit=5, models=["gpt-4o"], metadata={"owning_group": "red"})
    before = await client.teams.get(team.team_id)
    after = await client.teams.update(team.team_id, TeamChanges(max_budget=None, team_alias="Renamed"))
    assert before is not None
    changed = {"max_budget": None, "team_alias": "Renamed", "updated_at": after.updated_at}
    assert after == before.model_copy(update=changed)
    assert after == await client.teams.get(team.team_id)


async def test_metadata_is_replaced(client: LiteLLM, make: Maker) -> None:
    team = await make.team(metadata={"owning_group": "red"})
    after = await client.teams.update(team.team_id, TeamChanges(metadata={"note": "mine"}))
    assert after.metadata == {"note": "mine"}


async def test_updating_an_unknown_team_is_not_found(client: LiteLLM) -> None:
    with pytest.raises(NotFound):
        await client.teams.update(unique("nowhere"), TeamChanges(max_budget=1))


@pytest.mark.since("1.108.14")
async def test_an_omitted_object_permission_is_kept(client: LiteLLM, make: Maker) -> None:
    team = await make.team(object_permission={"vector_stores": ["handbook"], "mcp_servers": ["wiki"]})
    stores = ObjectPermissionChanges(vector_stores=("laws",))
    after = await client.teams.update(team.team_id, TeamChanges(object_permission=stores))
    assert after.object_permission == ObjectPermission(vector_stores=("laws",), mcp_servers=("wiki",))


async def test_a_list_of_teams_has_no_object_permissions(client: LiteLLM, make: Maker, alice: Person) -> None:
    await make.team(alice, object_permission={"vector_stores": ["handbook"]})
    (listed,) = await client.teams.list(user_id=alice.user_id)
    assert listed.object_permission is None


async def test_a_person_is_listed_with_their_teams(client: LiteLLM, make: Maker, alice: Person) -> None:
    mine = {(await make.team(alice)).team_id for _ in range(2)}
    await make.team()
    assert {team.team_id for team in await client.teams.list(user_id=alice.user_id)} == mine


async def test_an_unknown_person_has_no_teams(client: LiteLLM) -> None:
    assert await client.teams.list(user_id=unique("nobody")) == []


async def test_a_deleted_team_is_none(client: LiteLLM, make: Maker) -> None:
    team = await make.team()
    await client.teams.delete(team.team_id)
    assert await client.teams.get(team.team_id) is None
    with pytest.raises(NotFound):
        await client.teams.delete(team.team_id)
