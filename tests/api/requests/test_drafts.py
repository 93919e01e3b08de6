"""What was typed in the form for a new request comes back after the session has expired."""

from datetime import timedelta

import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import ADDRESS, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.desk.portal import PortalVisitor, portal_client, token_on

pytestmark = pytest.mark.anyio


async def test_a_request_comes_back_after_signing_in_again(surroundings: Surroundings, scene: Scene) -> None:
    clock = Later()
    settings = surroundings.settings(
        directory={"people": scene.directory()},
        portal={"sessions": {"idle_minutes": 30}},
        requests={"enabled": True, "approver_groups": [PLATFORM_TEAM]},
    )
    async with open_desk(settings, clock=clock) as desk, portal_client(desk.app) as http:
        jane = PortalVisitor(http)
        await jane.sign_in(scene.user_id("jane"))
        typed = {"kind": "account_budget", "key_id": "", "max_budget": "77", "reason": "Half a sentence"}
        token = token_on(await jane.get("/requests/new"))
        clock.by += timedelta(minutes=31)
        answer = await http.post("/requests", data={"csrf": token, **typed}, headers={"Origin": ADDRESS})
        assert answer.headers["location"] == "/sign-in?next=/requests/new"
        await jane.sign_in(scene.user_id("jane"))
        form = (await jane.get("/requests/new")).text
        assert "The form has what you typed before." in form
        assert 'value="77"' in form
        assert "Half a sentence" in form
