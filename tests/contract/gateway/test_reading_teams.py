"""`/team/info`, `/team/list` and `/v2/team/list`."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, unique

pytestmark = pytest.mark.anyio


async def test_an_unknown_team_is_404(gateway: Gateway) -> None:
    nowhere = unique("nowhere")
    answer = await gateway.get("/team/info", team_id=nowhere)
    assert answer.status == 404
    assert answer.error["message"] == f"{{'message': 'Team not found, passed team id: {nowhere}.'}}"


async def test_the_team_is_required(gateway: Gateway) -> None:
    answer = await gateway.get("/team/info")
    assert answer.status == 422
    assert answer.error["message"] == "{'message': 'Malformed request. No team id passed in.'}"


@pytest.mark.since("1.108.14")
async def test_a_team_is_read_with_its_keys_and_memberships(
    gateway: Gateway, make: Maker, alice: Person
) -> None:
    team = await make.team(alice)
    key = await make.key(alice, team)
    answer = await gateway.get("/team/info", team_id=team.team_id)
    assert [found["token"] for found in answer.body["keys"]] == [key.token]
    memberships = {found["user_id"]: found["spend"] for found in answer.body["team_memberships"]}
    assert memberships == {alice.user_id: 0.0, "default_user_id": 0.0}


async def test_a_person_is_listed_with_their_teams(gateway: Gateway, make: Maker, alice: Person) -> None:
    team, other = await make.team(alice), await make.team()
    answer = await gateway.get("/v2/team/list", user_id=alice.user_id)
    assert [found["team_id"] for found in answer.body["teams"]] == [team.team_id]
    assert other.team_id not in str(answer.body)
    assert (answer.body["total"], answer.body["page"], answer.body["total_pages"]) == (1, 1, 1)


@pytest.mark.since("1.108.14")
async def test_a_listed_team_has_the_number_of_its_members_and_keys(
    gateway: Gateway, make: Maker, alice: Person
) -> None:
    team = await make.team(alice, max_budget=50, models=["gpt-4o"])
    await make.key(alice, team)
    answer = await gateway.get("/v2/team/list", team_id=team.team_id)
    (found,) = answer.body["teams"]
    assert (found["members_count"], found["keys_count"]) == (2, 1)
    assert (found["max_budget"], found["models"], found["spend"]) == (50.0, ["gpt-4o"], 0.0)
    assert found["members_with_roles"][0]["user_id"] == alice.user_id


async def test_a_person_without_teams_has_an_empty_list(gateway: Gateway, alice: Person) -> None:
    answer = await gateway.get("/v2/team/list", user_id=alice.user_id)
    assert (answer.body["teams"], answer.body["total"], answer.body["total_pages"]) == ([], 0, 0)


async def test_the_teams_of_an_unknown_person_are_404(gateway: Gateway) -> None:
    nobody = unique("nobody")
    answer = await gateway.get("/v2/team/list", user_id=nobody)
    assert (answer.status, answer.detail) == (404, {"error": f"User not found, passed user_id={nobody}"})


async def test_the_older_list_is_empty_for_an_unknown_person(gateway: Gateway) -> None:
    answer = await gateway.get("/team/list", user_id=unique("nobody"))
    assert (answer.status, answer.body) == (200, [])


async def test_an_unknown_team_is_an_empty_list(gateway: Gateway) -> None:
    answer = await gateway.get("/v2/team/list", team_id=unique("nowhere"))
    assert (answer.status, answer.body["teams"], answer.body["total"]) == (200, [], 0)


async def test_a_page_has_ten_teams(gateway: Gateway, make: Maker, alice: Person) -> None:
    made = {(await make.team(alice)).team_id for _ in range(11)}
    first = (await gateway.get("/v2/team/list", user_id=alice.user_id)).body
    second = (await gateway.get("/v2/team/list", user_id=alice.user_id, page=2)).body
    assert (len(first["teams"]), len(second["teams"])) == (10, 1)
    assert (first["page_size"], first["total"], first["total_pages"]) == (10, 11, 2)
    assert {team["team_id"] for team in first["teams"] + second["teams"]} == made


async def test_a_page_beyond_the_last_is_empty(gateway: Gateway, make: Maker, alice: Person) -> None:
    await make.team(alice)
    answer = await gateway.get("/v2/team/list", user_id=alice.user_id, page=7)
    assert (answer.body["teams"], answer.body["total"], answer.body["page"]) == ([], 1, 7)


@pytest.mark.parametrize(
    ("query", "kind"), [({"page_size": 101}, "less_than_equal"), ({"page": 0}, "greater_than_equal")]
)
async def test_the_page_size_is_limited(gateway: Gateway, query: dict[str, Any], kind: str) -> None:
    answer = await gateway.get("/v2/team/list", **query)
    assert answer.status == 422
    assert [(found["type"], found["loc"]) for found in answer.detail] == [(kind, ["query", *query])]
