"""Vector stores and MCP servers of a team: `object_permission` in `/team/new` and `/team/update`."""

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Team
from tests.support.upstream.reading import team_of

pytestmark = pytest.mark.anyio


async def permitted(gateway: Gateway, team: Team) -> tuple[list[str], list[str]]:
    """Return the team's vector stores and MCP servers."""
    permission = (await team_of(gateway, team))["object_permission"]
    return permission["vector_stores"], permission["mcp_servers"]


@pytest.fixture
async def team(make: Maker) -> Team:
    return await make.team(object_permission={"vector_stores": ["handbook"], "mcp_servers": ["wiki"]})


async def test_a_team_can_be_created_with_permissions(gateway: Gateway, team: Team) -> None:
    assert await permitted(gateway, team) == (["handbook"], ["wiki"])


async def test_a_team_without_permissions_has_null(gateway: Gateway, make: Maker) -> None:
    assert (await team_of(gateway, await make.team()))["object_permission"] is None


@pytest.mark.parametrize(
    ("sent", "then"),
    [
        ({"mcp_servers": ["jira"]}, (["handbook"], ["jira"])),
        ({"vector_stores": ["faq", "laws"]}, (["faq", "laws"], ["wiki"])),
        ({"vector_stores": []}, ([], ["wiki"])),
        ({"vector_stores": [], "mcp_servers": []}, ([], [])),
    ],
)
async def test_an_omitted_permission_is_kept(
    gateway: Gateway, team: Team, sent: dict[str, list[str]], then: tuple[list[str], list[str]]
) -> None:
    answer = await gateway.post("/team/update", team_id=team.team_id, object_permission=sent)
    assert answer.status == 200
    assert await permitted(gateway, team) == then


async def test_a_team_without_permissions_can_get_some(gateway: Gateway, make: Maker) -> None:
    team = await make.team()
    await gateway.post(
        "/team/update", team_id=team.team_id, object_permission={"vector_stores": ["handbook"]}
    )
    assert await permitted(gateway, team) == (["handbook"], [])


async def test_other_updates_keep_permissions(gateway: Gateway, team: Team) -> None:
    await gateway.post("/team/update", team_id=team.team_id, max_budget=5)
    assert await permitted(gateway, team) == (["handbook"], ["wiki"])


async def test_lists_of_teams_omit_permissions(gateway: Gateway, team: Team) -> None:
    answer = await gateway.get("/v2/team/list", team_id=team.team_id)
    (found,) = answer.body["teams"]
    assert found["object_permission"] is None
    assert found["object_permission_id"] is not None
