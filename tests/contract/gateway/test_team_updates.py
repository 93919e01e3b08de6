"""`/team/update`, `/team/block`, `/team/unblock` and `/team/delete`."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, unique
from tests.support.upstream.reading import key_of, person_of, team_of

pytestmark = pytest.mark.anyio


async def test_an_update_keeps_other_fields(gateway: Gateway, make: Maker, alice: Person) -> None:
    team = await make.team(alice, models=["gpt-4o"], max_budget=10, metadata={"owning_group": "red"})
    before = await team_of(gateway, team)
    answer = await gateway.post("/team/update", team_id=team.team_id, max_budget=20, team_alias="Renamed")
    assert (answer.status, answer.body["data"]["max_budget"]) == (200, 20.0)
    after = await team_of(gateway, team)
    changed = {"max_budget": 20.0, "team_alias": "Renamed", "updated_at": after["updated_at"]}
    assert after == before | changed
    assert after["updated_at"] > before["updated_at"]


@pytest.mark.parametrize("metadata", [{"note": "mine"}, {}])
async def test_metadata_is_replaced_and_not_merged(
    gateway: Gateway, make: Maker, metadata: dict[str, str]
) -> None:
    team = await make.team(metadata={"owning_group": "group:default/platform"})
    await gateway.post("/team/update", team_id=team.team_id, metadata=metadata)
    assert (await team_of(gateway, team))["metadata"] == metadata


@pytest.mark.parametrize("field", ["max_budget", "tpm_limit", "rpm_limit", "budget_duration"])
async def test_null_clears_a_limit(gateway: Gateway, make: Maker, field: str) -> None:
    team = await make.team(max_budget=10, tpm_limit=5, rpm_limit=5, budget_duration="30d")
    answer = await gateway.post("/team/update", team_id=team.team_id, **{field: None})
    assert answer.status == 200
    assert (await team_of(gateway, team))[field] is None


async def test_a_new_budget_period_sets_its_next_reset(gateway: Gateway, make: Maker) -> None:
    team = await make.team(max_budget=10)
    await gateway.post("/team/update", team_id=team.team_id, budget_duration="30d")
    stored = await team_of(gateway, team)
    assert stored["budget_duration"] == "30d"
    assert stored["budget_reset_at"] > stored["created_at"]


@pytest.mark.since("1.108.14")
async def test_no_models_means_every_model(gateway: Gateway, make: Maker) -> None:
    team = await make.team(models=["gpt-4o-mini"])
    key = await make.key(team=team)
    assert (await gateway.chat(key.secret, "premium-xl")).status == 403
    await gateway.post("/team/update", team_id=team.team_id, models=[])
    assert (await gateway.chat(key.secret, "premium-xl")).status == 200


@pytest.mark.since("1.108.14", partly=True)
@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("max_budget", -3, 400),
        ("budget_duration", "banana", 400),
        ("max_budget", "lots", 422),
        ("models", None, 500),
    ],
)
async def test_an_invalid_update_is_refused_and_changes_nothing(
    gateway: Gateway, make: Maker, field: str, value: Any, status: int
) -> None:
    team = await make.team(models=["gpt-4o"])
    before = await team_of(gateway, team)
    answer = await gateway.post("/team/update", team_id=team.team_id, **{field: value})
    assert answer.status == status
    assert await team_of(gateway, team) == before


async def test_updating_an_unknown_team_is_404(gateway: Gateway) -> None:
    nowhere = unique("nowhere")
    answer = await gateway.post("/team/update", team_id=nowhere, max_budget=3)
    assert answer.status == 404
    assert answer.error["message"] == f"{{'error': 'Team not found, passed team_id={nowhere}'}}"


@pytest.mark.parametrize("verb", ["block", "unblock"])
async def test_blocking_an_unknown_team_is_404(gateway: Gateway, verb: str) -> None:
    nowhere = unique("nowhere")
    answer = await gateway.post(f"/team/{verb}", team_id=nowhere)
    assert (answer.status, answer.detail) == (404, {"error": f"Team not found, passed team_id={nowhere}"})


@pytest.mark.since("1.109.1")
async def test_keys_of_a_blocked_team_do_not_work_until_it_is_unblocked(
    gateway: Gateway, make: Maker
) -> None:
    team = await make.team()
    key = await make.key(team=team)
    await gateway.post("/team/block", team_id=team.team_id)
    refusal = await gateway.chat(key.secret)
    assert (refusal.status, refusal.error["type"]) == (401, "auth_error")
    assert refusal.error["message"].startswith(f"Authentication Error, Team={team.team_id} is blocked.")
    assert (await team_of(gateway, team))["blocked"] is True
    await gateway.post("/team/unblock", team_id=team.team_id)
    assert (await gateway.chat(key.secret)).status == 200


async def test_an_update_can_block_a_team(gateway: Gateway, make: Maker) -> None:
    team = await make.team()
    await gateway.post("/team/update", team_id=team.team_id, blocked=True)
    assert (await team_of(gateway, team))["blocked"] is True


@pytest.mark.since("1.108.14")
async def test_deleting_a_team_deletes_its_keys_and_memberships(
    gateway: Gateway, make: Maker, alice: Person
) -> None:
    team = await make.team(alice)
    key = await make.key(alice, team)
    answer = await gateway.post("/team/delete", team_ids=[team.team_id])
    assert (answer.status, answer.body) == (200, {"deleted_teams": [team.team_id]})
    assert (await gateway.get("/team/info", team_id=team.team_id)).status == 404
    assert (await key_of(gateway, key))["status"] == "deleted"
    assert (await gateway.chat(key.secret)).status == 401
    assert (await person_of(gateway, alice))["teams"] == []


async def test_deleting_twice_is_404(gateway: Gateway, make: Maker) -> None:
    team = await make.team()
    await gateway.post("/team/delete", team_ids=[team.team_id])
    answer = await gateway.post("/team/delete", team_ids=[team.team_id])
    assert answer.status == 404
    assert answer.detail == {"error": f"Team not found, passed team_id={team.team_id}"}
