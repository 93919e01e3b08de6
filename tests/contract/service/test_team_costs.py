"""The LiteLLM calls of team management, counted on the sandbox.

LiteLLM's single worker handles a few dozen calls per second.
"""

from collections.abc import Iterator

import pytest

from tests.support.desk.managing import TeamOffice
from tests.support.desk.sandbox_control import SandboxControl, sandbox_control
from tests.support.upstream.address import Upstream

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("upstream", ["sandbox"], indirect=True, scope="session"),
]
"""Only the sandbox counts its calls."""


@pytest.fixture
def sandbox(upstream: Upstream) -> Iterator[SandboxControl]:
    with sandbox_control(upstream.url, upstream.master_key) as http:
        yield SandboxControl(http)


async def test_every_route_makes_a_few_calls_with_any_number_of_members(
    office: TeamOffice, sandbox: SandboxControl
) -> None:
    async with office.open(rules={"allow_team_delete": True}) as desk:
        olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
        await jane.read("/user/info")
        sandbox.forget()
        team = await office.create(olga)
        path, ref = f"/teams/{team['team_id']}", office.scene.ref("jane")
        calls = {"create": sandbox.calls()}
        for name, change in {
            "managed": olga.get("/teams/managed"),
            "patch": olga.patch(path, rpm_limit=5),
            "rename": olga.patch(path, team_alias=team["team_alias"] + "2", models=["basic"]),
            "add": olga.post(f"{path}/members", userEntityRef=ref),
            "remove": olga.delete(f"{path}/members?userEntityRef={ref}"),
            "delete": olga.delete(path),
        }.items():
            sandbox.forget()
            assert (await change).status_code == 200
            calls[name] = sandbox.calls()
    assert {name: made for name, made in calls.items() if len(made) > 4} == {}
    assert len(calls["managed"]) == 1


async def test_a_request_without_the_right_makes_no_calls(
    office: TeamOffice, sandbox: SandboxControl
) -> None:
    async with office.open() as desk:
        olga, jane = await office.person(desk, "olga"), await office.person(desk, "jane")
        path = f"/teams/{(await office.create(olga))['team_id']}"
        sandbox.forget()
        assert (await jane.patch(path, rpm_limit=5)).status_code == 403
        assert (await jane.get("/teams/managed")).json() == []
        assert (await office.try_to_create(olga, max_budget=None)).status_code == 403
        assert (await olga.patch(path, rpm_limit=-5)).status_code == 422
        assert sandbox.calls() == []
