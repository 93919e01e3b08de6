"""Team keys: for members only, with models that both the team and the owner may use."""

import pytest

from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import MODEL_REFUSED, Gateway
from tests.support.upstream.making import Maker, Team, unique
from tests.support.upstream.reading import tokens_of

pytestmark = pytest.mark.anyio


async def test_a_member_gets_a_key_of_the_team(as_person: SignIn, make: Maker, gateway: Gateway) -> None:
    jane = await as_person("jane")
    team = await make.team(jane.person)
    issued = await jane.issue(unique("laptop"), team_id=team.team_id)
    assert (await jane.key(issued["token"]))["team_id"] == team.team_id
    assert (await gateway.chat(issued["key"])).status == 200


@pytest.mark.parametrize("exists", [True, False], ids=["foreign", "unknown"])
async def test_a_team_without_membership_is_not_found(
    as_person: SignIn, make: Maker, gateway: Gateway, exists: bool
) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    team = await make.team(bob.person) if exists else Team(unique("nowhere"), "Nowhere")
    refused = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0, team_id=team.team_id)
    assert_problem(refused, 404, "not-found", param="team_id")
    assert await tokens_of(gateway, jane.person) == []


async def test_a_removed_member_cannot_create_keys_of_the_team(
    as_person: SignIn, make: Maker, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    team = await make.team(jane.person)
    await gateway.post("/team/member_delete", team_id=team.team_id, user_id=jane.user_id)
    refused = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0, team_id=team.team_id)
    assert_problem(refused, 404, "not-found", param="team_id")


async def test_keys_of_a_blocked_team_cannot_be_created(
    as_person: SignIn, make: Maker, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    team = await make.team(jane.person)
    await gateway.post("/team/block", team_id=team.team_id)
    refused = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0, team_id=team.team_id)
    assert_problem(refused, 403, "policy-refused", param="team_id")
    assert await tokens_of(gateway, jane.person) == []


async def test_a_team_can_be_required(as_person: SignIn, make: Maker, desk_with: OpenDesk) -> None:
    async with desk_with(litellm={"key_generation": {"team_required": True}}) as strict:
        jane = strict.welcome(await as_person("jane"))
        refused = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
        assert_problem(refused, 422, "invalid-request", param="team_id")
        team = await make.team(jane.person)
        await jane.issue(unique("laptop"), team_id=team.team_id)


@pytest.mark.parametrize(("asked", "granted"), [("gpt-4o", True), ("claude-sonnet", False)])
async def test_the_teams_list_limits_its_keys(
    as_person: SignIn, make: Maker, asked: str, granted: bool
) -> None:
    jane = await as_person("jane")
    team = await make.team(jane.person, models=["basic"])
    answer = await jane.post(
        "/keys/generate", alias=unique("laptop"), max_budget=1.0, team_id=team.team_id, models=[asked]
    )
    if granted:
        assert answer.json()["models"] == [asked]
    else:
        assert_problem(answer, 403, "policy-refused", param="models")


async def test_the_owners_list_limits_team_keys_too(
    sign_in: SignIn, make: Maker, gateway: Gateway, scene: Scene
) -> None:
    """LiteLLM itself checks only the team's list, so Keydesk stores the models that both allow."""
    person = await make.person(user_id=scene.user_id("jane"), models=["gpt-4o-mini"])
    team = await make.team(person, models=["basic"])
    jane = await sign_in("jane")
    issued = await jane.issue(unique("laptop"), team_id=team.team_id)
    assert issued["models"] == ["gpt-4o-mini"]
    assert (await gateway.chat(issued["key"], "gpt-4o-mini")).status == 200
    assert (await gateway.chat(issued["key"], "gpt-4o")).status in MODEL_REFUSED


async def test_a_person_without_models_uses_the_teams(
    sign_in: SignIn, make: Maker, gateway: Gateway, scene: Scene
) -> None:
    person = await make.person(user_id=scene.user_id("jane"), models=["no-default-models"])
    team = await make.team(person, models=["gpt-4o"])
    jane = await sign_in("jane")
    issued = await jane.issue(unique("laptop"), team_id=team.team_id)
    assert (await gateway.chat(issued["key"], "gpt-4o")).status == 200
    assert (await gateway.chat(issued["key"], "claude-sonnet")).status in MODEL_REFUSED


async def test_an_update_of_a_team_key_stays_within_the_team(
    as_person: SignIn, make: Maker, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    team = await make.team(jane.person, models=["basic"])
    issued = await jane.issue(unique("laptop"), team_id=team.team_id, models=["gpt-4o"])
    path = f"/keys/{issued['token']}/update"
    assert_problem(await jane.post(path, models=["premium-xl"]), 403, "policy-refused", param="models")
    assert (await jane.post(path, models=[])).status_code == 200
    assert (await gateway.chat(issued["key"], "premium-xl")).status in MODEL_REFUSED
