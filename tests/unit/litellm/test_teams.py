"""Teams and their members."""

import pytest

from keydesk.litellm import (
    Conflict,
    EnterpriseOnly,
    NewTeam,
    NotFound,
    ObjectPermission,
    ObjectPermissionChanges,
    TeamChanges,
)
from tests.unit.litellm.gateway import NO_SUCH_ROUTE, GatewayStandIn, answer, refusal

pytestmark = pytest.mark.anyio

RED = {
    "team_id": "red",
    "team_alias": "Red",
    "members_with_roles": [{"user_id": "alice", "user_email": None, "role": "admin", "user_alias": "A"}],
    "metadata": {},
    "max_budget": 50.0,
    "models": ["gpt-4o-mini"],
    "blocked": False,
    "spend": 0.0,
    "object_permission": None,
    "object_permission_id": None,
}
DETAILED = {
    **RED,
    "object_permission_id": "op-1",
    "object_permission": {"vector_stores": ["docs"], "agents": []},
}
LICENCE = (
    "Assigning team admins is a premium feature. You must be a LiteLLM Enterprise user to use this feature."
)


async def test_alices_teams_are_listed(litellm: GatewayStandIn) -> None:
    litellm.on("GET /v2/team/list", answer({"teams": [RED], "total": 1, "total_pages": 1}))
    (red,) = await litellm.connect().teams.list("alice")
    assert (red.team_alias, red.members_with_roles[0].role) == ("Red", "admin")
    assert litellm.query == {"user_id": "alice", "page": "1", "page_size": "100"}


async def test_an_unknown_person_is_in_no_team(litellm: GatewayStandIn) -> None:
    litellm.on("GET /v2/team/list", answer({"detail": {"error": "User not found, passed user_id=bob"}}, 404))
    assert await litellm.connect().teams.list("bob") == []


async def test_an_older_release_lists_teams_with_its_own_route(litellm: GatewayStandIn) -> None:
    litellm.on("GET /v2/team/list", answer(NO_SUCH_ROUTE, 404))
    litellm.on("GET /team/list", answer([RED]))
    teams = litellm.connect().teams
    assert [team.team_id for team in [*await teams.list("alice"), *await teams.list()]] == ["red", "red"]
    assert litellm.asked == ["GET /v2/team/list", "GET /team/list", "GET /team/list"]


async def test_a_team_is_read_with_its_objects(litellm: GatewayStandIn) -> None:
    litellm.on("GET /team/info", answer({"team_id": "red", "team_info": DETAILED, "keys": []}))
    red = await litellm.connect().teams.get("red")
    assert red is not None
    assert red.object_permission == ObjectPermission(vector_stores=("docs",))


async def test_an_unknown_team_is_none(litellm: GatewayStandIn) -> None:
    litellm.on("GET /team/info", refusal("{'message': 'Team not found, passed team id: blue.'}", 404))
    assert await litellm.connect().teams.get("blue") is None


async def test_a_team_is_created_with_the_given_values(litellm: GatewayStandIn) -> None:
    litellm.on("POST /team/new", answer(RED))
    permission = ObjectPermissionChanges(mcp_servers=("search",))
    await litellm.connect().teams.create(
        NewTeam(team_alias="Red", models=("gpt-4o",), object_permission=permission)
    )
    assert litellm.body["object_permission"] == {"vector_stores": [], "mcp_servers": ["search"]}
    assert "team_id" not in litellm.body


async def test_a_team_id_in_use_is_a_conflict(litellm: GatewayStandIn) -> None:
    message = "{'error': 'Team id = red already exists. Please use a different team id.'}"
    litellm.on("POST /team/new", refusal(message, 400))
    with pytest.raises(Conflict) as raised:
        await litellm.connect().teams.create(NewTeam(team_alias="Red", team_id="red"))
    assert raised.value.param == "team_id"


async def test_an_updated_team_is_returned_with_its_new_values(litellm: GatewayStandIn) -> None:
    litellm.on("POST /team/update", answer({"team_id": "red", "data": {**DETAILED, "blocked": True}}))
    red = await litellm.connect().teams.update("red", TeamChanges(blocked=True, max_budget=None))
    assert litellm.body == {"team_id": "red", "blocked": True, "max_budget": None}
    assert red.blocked


async def test_bob_joins_with_his_own_budget(litellm: GatewayStandIn) -> None:
    litellm.on("POST /team/member_add", answer({**RED, "updated_users": []}))
    red = await litellm.connect().teams.add_member("red", "bob", max_budget_in_team=5)
    assert litellm.body == {
        "team_id": "red",
        "member": {"role": "user", "user_id": "bob"},
        "max_budget_in_team": 5,
    }
    assert red.team_id == "red"


async def test_bob_cannot_join_twice(litellm: GatewayStandIn) -> None:
    message = (
        "User already in team. Member: user_id=bob, user_email=None. Existing members=[Member(user_id='bob')]"
    )
    litellm.on("POST /team/member_add", refusal(message, 400, "member"))
    with pytest.raises(Conflict):
        await litellm.connect().teams.add_member("red", "bob")


@pytest.mark.parametrize("detail", [LICENCE, {"error": LICENCE}])
async def test_team_admins_need_a_license(litellm: GatewayStandIn, detail: object) -> None:
    litellm.on("POST /team/member_add", answer({"detail": detail}, 400))
    with pytest.raises(EnterpriseOnly):
        await litellm.connect().teams.add_member("red", "bob", role="admin")


@pytest.mark.parametrize("message", ["User not found in team", "Team id=blue does not exist in db"])
async def test_a_person_outside_of_the_team_cannot_be_removed(litellm: GatewayStandIn, message: str) -> None:
    litellm.on("POST /team/member_delete", answer({"detail": {"error": message}}, 400))
    with pytest.raises(NotFound):
        await litellm.connect().teams.remove_member("blue", "bob")
    assert litellm.body == {"team_id": "blue", "user_id": "bob"}


async def test_a_members_budget_can_be_removed(litellm: GatewayStandIn) -> None:
    litellm.on("POST /team/member_update", answer({}))
    await litellm.connect().teams.update_member("red", "bob")
    assert litellm.body == {"team_id": "red", "user_id": "bob", "max_budget_in_team": None}


async def test_a_team_is_deleted(litellm: GatewayStandIn) -> None:
    litellm.on("POST /team/delete", answer({"deleted_teams": ["red"]}))
    await litellm.connect().teams.delete("red")
    assert litellm.body == {"team_ids": ["red"]}
