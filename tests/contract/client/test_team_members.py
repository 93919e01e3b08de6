"""Adding and removing team members with `client.teams`."""

import pytest

from keydesk.litellm import Conflict, EnterpriseOnly, LiteLLM, NotFound
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, unique

pytestmark = pytest.mark.anyio


async def test_a_new_member_is_in_the_team_that_is_returned(
    client: LiteLLM, make: Maker, alice: Person
) -> None:
    team = await make.team()
    after = await client.teams.add_member(team.team_id, alice.user_id)
    (joined,) = (member for member in after.members_with_roles if member.user_id == alice.user_id)
    assert (joined.user_email, joined.role) == (alice.email, "user")
    stored = await client.users.get(alice.user_id)
    assert stored is not None
    assert stored.teams == (team.team_id,)


async def test_adding_a_member_twice_is_a_conflict(client: LiteLLM, make: Maker, alice: Person) -> None:
    team = await make.team(alice)
    with pytest.raises(Conflict):
        await client.teams.add_member(team.team_id, alice.user_id)


async def test_team_admins_need_a_license(client: LiteLLM, make: Maker, alice: Person) -> None:
    team = await make.team()
    with pytest.raises(EnterpriseOnly):
        await client.teams.add_member(team.team_id, alice.user_id, role="admin")


async def test_members_of_an_unknown_team_are_not_found(client: LiteLLM, alice: Person) -> None:
    nowhere = unique("nowhere")
    with pytest.raises(NotFound):
        await client.teams.add_member(nowhere, alice.user_id)
    with pytest.raises(NotFound):
        await client.teams.remove_member(nowhere, alice.user_id)


@pytest.mark.since("1.108.14")
async def test_a_members_budget_is_set_and_cleared(
    client: LiteLLM, gateway: Gateway, make: Maker, alice: Person
) -> None:
    team = await make.team()
    key = await make.key(alice, team)
    await client.teams.add_member(team.team_id, alice.user_id, max_budget_in_team=0)
    assert (await gateway.chat(key.secret)).status == 422
    await client.teams.update_member(team.team_id, alice.user_id, max_budget_in_team=None)
    assert (await gateway.chat(key.secret)).status == 200


async def test_a_removed_member_loses_the_team_and_its_keys(
    client: LiteLLM, make: Maker, alice: Person
) -> None:
    team = await make.team(alice)
    key = await make.key(alice, team)
    after = await client.teams.remove_member(team.team_id, alice.user_id)
    assert [member.user_id for member in after.members_with_roles] == ["default_user_id"]
    assert await client.keys.get(key.token) is None


async def test_removing_a_member_twice_is_not_found(client: LiteLLM, make: Maker, alice: Person) -> None:
    team = await make.team()
    with pytest.raises(NotFound):
        await client.teams.remove_member(team.team_id, alice.user_id)
