"""What a check of all budgets reads: all users in pages, the budgets of a team's members, and everybody's models."""

from datetime import UTC, datetime, timedelta

import pytest

from keydesk.litellm import LiteLLM, Metrics, TeamMembership
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, unique

pytestmark = pytest.mark.anyio


async def test_all_users_are_listed_in_pages_oldest_first(client: LiteLLM, make: Maker) -> None:
    budget = {"max_budget": 20.0, "budget_duration": "30d"}
    made = [await make.person(**budget) for _ in range(3)]
    users = [user async for page in client.users.pages() for user in page.users]
    ids = [user.user_id for user in users]
    assert len(ids) == len(set(ids))
    assert [user_id for user_id in ids if user_id in {person.user_id for person in made}] == [
        person.user_id for person in made
    ]
    found = next(user for user in users if user.user_id == made[0].user_id)
    assert (found.max_budget, found.spend) == (20.0, 0.0)
    assert found.budget_reset_at is not None


async def test_the_budget_of_a_member_is_read_with_what_the_member_spent(
    client: LiteLLM, gateway: Gateway, make: Maker, alice: Person
) -> None:
    bob = await make.person()
    team = await make.team(bob)
    await client.teams.add_member(team.team_id, alice.user_id, max_budget_in_team=5.0)
    key = await make.key(alice, team)
    assert (await gateway.chat(key.secret)).status == 200

    async def members_of_team() -> dict[str, TeamMembership]:
        return {each.user_id: each for each in await client.teams.memberships(team.team_id)}

    members = await eventually(members_of_team, lambda found: found[alice.user_id].spend > 0)
    assert members[alice.user_id].max_budget == 5.0
    # LiteLLM 1.84 has no membership for a member without a budget.
    assert bob.user_id not in members or members[bob.user_id].max_budget is None


async def test_an_unknown_team_has_no_members(client: LiteLLM) -> None:
    assert await client.teams.memberships(unique("nowhere")) == []


async def test_the_models_of_everybody_are_read_in_one_call(
    client: LiteLLM, gateway: Gateway, make: Maker, alice: Person
) -> None:
    key = await make.key(alice)
    assert (await gateway.chat(key.secret)).status == 200
    today = datetime.now(UTC).date()

    async def metrics_of_model() -> list[Metrics]:
        activity = await client.activity.aggregated_of_all(today - timedelta(days=1), today, keys=1)
        assert activity is not None
        return [day.models["gpt-4o-mini"].metrics for day in activity.days if "gpt-4o-mini" in day.models]

    await eventually(metrics_of_model, lambda found: any(each.total_tokens and each.spend for each in found))
