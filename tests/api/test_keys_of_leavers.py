"""If a person is removed from a team while a key is created for them, nobody gets the key and it is deleted."""

from typing import Any

import anyio
import httpx2
import pytest

from tests.support.desk.desk import OpenDesk, Visitor
from tests.support.desk.managing import GRANTS, RULES, people
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.eventually import eventually
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
MANAGED = {"team_admin": RULES | {"allow_team_delete": True}}


async def team_with(olga: Visitor, member: str) -> str:
    wanted: dict[str, Any] = {"team_alias": unique("Search"), "models": ["gpt-4o"], "max_budget": 100.0}
    path = f"/teams/{(await olga.post('/teams', **wanted)).json()['team_id']}"
    assert (await olga.post(f"{path}/members", userEntityRef=member)).status_code == 200
    return path


@pytest.mark.parametrize("whole_team", [False, True], ids=["removed", "team deleted"])
async def test_a_removed_member_does_not_keep_a_key_of_the_team(
    desk_with: OpenDesk, scene: Scene, control: SandboxControl, whole_team: bool
) -> None:
    async with (
        desk_with(litellm=MANAGED, grants=GRANTS, directory={"people": people(scene)}) as desk,
        desk_with(directory={"people": people(scene)}) as other_replica,
    ):
        olga = await desk.sign_in(scene.user_id("olga"))
        path = await team_with(olga, scene.ref("jane"))
        jane = await other_replica.sign_in(scene.user_id("jane"))
        await jane.read("/user/info")
        answers: list[httpx2.Response] = []

        async def ask_for_a_key() -> None:
            wanted = {"alias": unique("laptop"), "max_budget": 1.0, "team_id": path.removeprefix("/teams/")}
            answers.append(await jane.post("/keys/generate", **wanted))

        async def calls() -> list[str]:
            return control.calls()

        with control.fault("/key/generate", latency_seconds=3.0):
            control.forget()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ask_for_a_key)
                await eventually(calls, lambda made: "GET /team/info" in made)
                removal = path if whole_team else f"{path}/members?userEntityRef={scene.ref('jane')}"
                assert (await olga.delete(removal)).status_code == 200
        assert_problem(answers[0], 404, "not-found", param="team_id")
        assert await jane.read("/keys") == []
