"""What `/team/new` stores and refuses."""

import uuid
from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, Team, unique
from tests.support.upstream.reading import person_of, team_of

pytestmark = pytest.mark.anyio


async def test_a_new_team_is_read_back_as_sent(gateway: Gateway, make: Maker) -> None:
    sent = {
        "models": ["gpt-4o-mini"],
        "max_budget": 50,
        "budget_duration": "30d",
        "tpm_limit": 1000,
        "rpm_limit": 10,
        "metadata": {"owning_group": "group:default/platform"},
    }
    team = await make.team(**sent)
    stored = await team_of(gateway, team)
    assert {name: stored[name] for name in sent} == sent
    assert (stored["team_id"], stored["team_alias"]) == (team.team_id, team.alias)
    assert (stored["spend"], stored["blocked"], stored["object_permission"]) == (0.0, False, None)
    assert stored["budget_reset_at"] > stored["created_at"]


async def test_a_team_without_an_id_gets_one(gateway: Gateway, make: Maker) -> None:
    answer = await gateway.post("/team/new", team_alias=unique("Platform"))
    make.team_ids.append(answer.body["team_id"])
    assert str(uuid.UUID(answer.body["team_id"])) == answer.body["team_id"]


@pytest.mark.since("1.108.14")
async def test_the_master_keys_own_user_joins_as_admin(gateway: Gateway, make: Maker, alice: Person) -> None:
    team = await make.team(alice)
    members = (await team_of(gateway, team))["members_with_roles"]
    assert [(member["user_id"], member["user_email"], member["role"]) for member in members] == [
        (alice.user_id, alice.email, "user"),
        ("default_user_id", None, "admin"),
    ]


async def test_a_member_has_their_team(gateway: Gateway, make: Maker, alice: Person) -> None:
    team = await make.team(alice)
    assert (await person_of(gateway, alice))["teams"] == [team.team_id]


async def test_an_id_must_be_unique(gateway: Gateway, make: Maker) -> None:
    team = await make.team()
    answer = await gateway.post("/team/new", team_id=team.team_id, team_alias="Another")
    assert answer.status == 400
    assert answer.error["message"] == (
        f"{{'error': 'Team id = {team.team_id} already exists. Please use a different team id.'}}"
    )
    assert (await team_of(gateway, team))["team_alias"] == team.alias


async def test_an_alias_need_not_be_unique(gateway: Gateway, make: Maker) -> None:
    first = await make.team()
    second = await make.team(team_alias=first.alias)
    answer = await gateway.get("/v2/team/list", team_alias=first.alias)
    assert {team["team_id"] for team in answer.body["teams"]} == {first.team_id, second.team_id}


async def test_an_unknown_model_is_accepted(gateway: Gateway, make: Maker) -> None:
    team = await make.team(models=["no-such-model"])
    assert (await team_of(gateway, team))["models"] == ["no-such-model"]


@pytest.mark.since("1.108.14")
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("max_budget", -1, "max_budget must be a non-negative finite number. Received: -1.0"),
        ("budget_duration", "banana", "Invalid budget_duration 'banana'."),
    ],
)
async def test_an_invalid_team_is_refused(gateway: Gateway, field: str, value: Any, message: str) -> None:
    team = Team(unique("platform"), "Platform")
    answer = await gateway.post("/team/new", team_id=team.team_id, **{field: value})
    assert answer.status == 400
    assert message in answer.error["message"]
    assert (await gateway.get("/team/info", team_id=team.team_id)).status == 404
