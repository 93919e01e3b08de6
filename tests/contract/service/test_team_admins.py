"""Who can manage a team: a person in the team-admin group that owns the team, with the permission."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.desk.desk import Visitor
from tests.support.desk.managing import INTERNS, TeamOffice
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Team, unique
from tests.support.upstream.reading import team_of

pytestmark = pytest.mark.anyio

SERVICE_KEY: dict[str, Any] = {"alias": "reports", "max_budget": 1.0, "contacts": ["jane"]}
TEAM: dict[str, Any] = {"team_alias": "Search", "models": ["gpt-4o"], "max_budget": 1.0}


@dataclass(frozen=True)
class Route:
    """The request, and the required permission. `{}` is replaced by a team's id."""

    method: str
    path: str
    body: dict[str, Any] | None
    permission: str

    @property
    def is_about_a_team(self) -> bool:
        return "{}" in self.path

    async def call(self, visitor: Visitor, team_id: str) -> Any:
        sent = {} if self.body is None else {"json": self.body}
        return await visitor.call(self.method, self.path.format(team_id), **sent)


ROUTES = [
    Route("POST", "/teams", TEAM, "litellm.team.create"),
    Route("PATCH", "/teams/{}", {"rpm_limit": 1}, "litellm.team.manage"),
    Route("DELETE", "/teams/{}", None, "litellm.team.delete"),
    Route("POST", "/teams/{}/members", {"userEntityRef": "jane"}, "litellm.team.members.manage"),
    Route("DELETE", "/teams/{}/members?userEntityRef=jane", None, "litellm.team.members.manage"),
    Route("PUT", "/teams/{}/knowledge-bases", {"vector_stores": []}, "litellm.team.knowledgebase.manage"),
    Route("PUT", "/teams/{}/mcp-servers", {"mcp_servers": []}, "litellm.team.mcp.manage"),
    Route("GET", "/teams/{}/service-keys", None, "litellm.team.manage"),
    Route("POST", "/teams/{}/service-keys", SERVICE_KEY, "litellm.team.manage"),
    Route("DELETE", "/teams/{}/service-keys/key_unknown", None, "litellm.team.manage"),
    Route("GET", "/vector-stores", None, "litellm.team.knowledgebase.manage"),
    Route("GET", "/mcp-servers", None, "litellm.team.mcp.manage"),
]
EVERYTHING_ON = {"allow_team_delete": True, "object_permissions": {"enabled": True}}
every_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path[:30]}")


@every_route
async def test_all_others_are_refused(office: TeamOffice, gateway: Gateway, route: Route) -> None:
    async with office.open(rules=EVERYTHING_ON) as desk:
        made = await office.create(await office.person(desk, "olga"))
        team = Team(made["team_id"], made["team_alias"])
        before = await team_of(gateway, team)
        jane, bob = await office.person(desk, "jane"), await office.person(desk, "bob")

        assert (await route.call(desk.stranger(), team.team_id)).status_code == 401
        refused = assert_problem(await route.call(jane, team.team_id), 403, "not-a-team-admin")
        assert (refused["permission"], INTERNS in refused["groups"]) == (route.permission, True)
        refused = assert_problem(await route.call(bob, team.team_id), 403, "permission-missing")
        assert refused["permission"] == route.permission
        if route.is_about_a_team:
            carol = await office.person(desk, "carol")
            assert_problem(await route.call(carol, team.team_id), 404, "not-found", param="team_id")
    assert await team_of(gateway, team) == before


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if route.is_about_a_team],
    ids=lambda route: f"{route.method} {route.path}",
)
async def test_unknown_teams_and_teams_without_an_owner_are_not_found(
    office: TeamOffice, make: Maker, route: Route
) -> None:
    async with office.open(rules=EVERYTHING_ON) as desk:
        olga = await office.person(desk, "olga")
        ownerless = await make.team(metadata={"owning_group": [1]})
        for team_id in (unique("nowhere"), ownerless.team_id):
            assert_problem(await route.call(olga, team_id), 404, "not-found", param="team_id")


@every_route
async def test_without_a_team_admin_group_no_team_can_be_managed(office: TeamOffice, route: Route) -> None:
    async with office.open(rules={"group": []}) as desk:
        olga = await office.person(desk, "olga")
        refused = assert_problem(await route.call(olga, "x"), 403, "not-a-team-admin")
        assert (refused["groups"], refused["permission"]) == ([], route.permission)
        assert await olga.read("/teams/managed") == []
        assert (await olga.read("/config"))["teamManagement"]["enabled"] is False


async def test_a_manager_can_read_the_usage_of_a_team_without_being_a_member(office: TeamOffice) -> None:
    async with office.open() as desk:
        olga, carol = await office.person(desk, "olga"), await office.person(desk, "carol")
        team = await office.create(olga)
        assert (await olga.read(f"/teams/{team['team_id']}/usage"))["total_spend"] == 0.0
        assert_problem(await carol.get(f"/teams/{team['team_id']}/usage"), 404, "not-found", param="team_id")
