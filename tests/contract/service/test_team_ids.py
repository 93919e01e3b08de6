"""Teams with a slash in their id, created in LiteLLM itself: every route with the id works."""

from urllib.parse import quote

import pytest

from tests.support.desk.managing import TeamOffice
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Team, unique
from tests.support.upstream.reading import team_of

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["{}/b", "{}%2Fb", "{}/members", "../{}", "{}/ü b?c#d"])
async def odd_team(request: pytest.FixtureRequest, make: Maker) -> Team:
    team_id = str(request.param).format(unique("odd"))
    return await make.team(team_id=team_id, metadata={"owning_group": PLATFORM_TEAM}, models=["gpt-4o"])


async def test_a_team_with_a_slash_in_its_id_is_managed(
    office: TeamOffice, gateway: Gateway, odd_team: Team
) -> None:
    here = f"/teams/{quote(odd_team.team_id, safe='')}"
    objects = {"object_permissions": {"enabled": True}, "allow_team_delete": True}
    async with office.open(rules=objects) as desk:
        olga = await office.person(desk, "olga")
        jane = await office.person(desk, "jane")
        await jane.read("/user/info")
        changed = await olga.patch(here, tpm_limit=7)
        assert (changed.status_code, changed.json()["team_id"]) == (200, odd_team.team_id), changed.text
        added = await olga.post(f"{here}/members", userEntityRef=office.scene.ref("jane"))
        assert added.status_code == 200, added.text
        assert (await jane.get(f"{here}/usage")).status_code == 200
        assert (await jane.get(f"{here}/usage/export")).status_code == 200
        for facet in ("knowledge-bases", "mcp-servers"):
            field = facet.replace("knowledge-bases", "vector_stores").replace("-", "_")
            given = await olga.call("PUT", f"{here}/{facet}", json={field: []})
            assert given.status_code == 200, given.text
        removed = await olga.call("DELETE", f"{here}/members?userEntityRef={office.scene.ref('jane')}")
        assert removed.status_code == 200, removed.text
        assert (await team_of(gateway, odd_team))["tpm_limit"] == 7
        assert (await olga.call("DELETE", here)).status_code == 200


@pytest.mark.parametrize("name", ["nobody%2Fb", "%2F", "..%2F..", "a%00%2Fb", "%2e%2e%2Fteam", "x%2Fmembers"])
async def test_an_unknown_id_with_a_slash_is_not_found(office: TeamOffice, name: str) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        refused = await olga.patch(f"/teams/{name}", tpm_limit=7)
    if "%00" in name:
        assert_problem(refused, 422, "invalid-request", param="team_id")
    else:
        assert_problem(refused, 404, "not-found", param="team_id")


async def test_an_encoded_slash_needs_a_credential_like_any_other_path(office: TeamOffice) -> None:
    async with office.open() as desk:
        for path in ("/teams/a%2Fb/usage", "/teams/a%2F..%2F..%2Fhealth/usage", "/teams%2Fa"):
            answer = await desk.http.get(f"/api/litellm{path}")
            assert_problem(answer, 401, "not-signed-in")
