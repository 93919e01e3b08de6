"""What was typed in a form comes back after a sign-in or an outage, to the same person and without being sent again."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from keydesk.auth.csrf import csrf_token
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import ADDRESS, Desk, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor, portal_client, token_on
from tests.support.desk.sandbox_control import SandboxControl

pytestmark = pytest.mark.anyio
TYPED = {"alias": "half written", "max_budget": "7.25", "duration": "90d", "rpm_limit": "12"}
NOTICE = "The form has what you typed before. It is not saved yet."
COOKIE = "keydesk_draft"


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture
async def desk(surroundings: Surroundings, scene: Scene, clock: Later) -> AsyncIterator[Desk]:
    """A desk of its own with a cache, whose clock the test can put forward."""
    settings = surroundings.settings(
        directory={"people": scene.directory()},
        portal={"sessions": {"idle_minutes": 30}},
        cache={"fresh_seconds": 60.0, "outage_seconds": 600.0},
    )
    async with open_desk(settings, clock=clock) as desk:
        yield desk


@pytest.fixture
async def jane(desk: Desk, scene: Scene) -> AsyncIterator[PortalVisitor]:
    async with portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(scene.user_id("jane"))
        yield visitor


async def send_after_expiry(jane: PortalVisitor, clock: Later, token: str | None = None) -> str:
    """Open the form, let the session expire, and send the form. Return where the answer leads."""
    token = token or token_on(await jane.get("/keys/new"))
    clock.by += timedelta(minutes=31)
    answer = await jane.http.post("/keys", data={"csrf": token, **TYPED}, headers={"Origin": ADDRESS})
    assert answer.status_code == 303
    return answer.headers["location"]


async def test_an_expired_session_leads_to_the_sign_in_and_back_to_the_filled_form(
    jane: PortalVisitor, clock: Later, scene: Scene, control: SandboxControl
) -> None:
    control.forget()
    assert await send_after_expiry(jane, clock) == "/sign-in?next=/keys/new"
    assert "half written" not in (jane.cookie(COOKIE) or "half written")
    assert "What you typed is kept." in (await jane.get("/sign-in?next=/keys/new")).text
    answer = await jane.sign_in(scene.user_id("jane"), next="/keys/new")
    form = (await jane.get(answer.headers["location"])).text
    assert NOTICE in form
    assert 'value="half written"' in form
    assert 'value="7.25"' in form
    assert '<option value="90d" selected>' in form
    assert "POST /key/generate" not in control.writes()
    assert jane.cookie(COOKIE) is None
    assert "half written" not in (await jane.get("/keys/new")).text


async def test_another_person_who_signs_in_does_not_see_it(
    jane: PortalVisitor, clock: Later, scene: Scene
) -> None:
    await send_after_expiry(jane, clock)
    await jane.sign_in(scene.user_id("bob"))
    assert "half written" not in (await jane.get("/keys/new")).text


async def test_a_form_of_another_site_is_not_kept(jane: PortalVisitor, clock: Later) -> None:
    await jane.get("/keys/new")
    await send_after_expiry(jane, clock, token=csrf_token("another browser"))
    assert jane.cookie(COOKIE) is None


async def test_a_stranger_cannot_plant_a_form(desk: Desk) -> None:
    async with portal_client(desk.app) as http:
        stranger = PortalVisitor(http)
        token = token_on(await stranger.get("/sign-in"))
        await http.post("/keys", data={"csrf": token, **TYPED}, headers={"Origin": ADDRESS})
        assert stranger.cookie(COOKIE) is None


async def test_what_was_typed_is_kept_for_half_an_hour(
    jane: PortalVisitor, clock: Later, scene: Scene
) -> None:
    await send_after_expiry(jane, clock)
    clock.by += timedelta(minutes=31)
    await jane.sign_in(scene.user_id("jane"))
    assert "half written" not in (await jane.get("/keys/new")).text


async def test_an_outage_in_the_middle_of_a_form_shows_the_form_again(
    jane: PortalVisitor, control: SandboxControl
) -> None:
    await jane.get("/keys/new")
    with control.fault("/", error_rate=1.0):
        mark = jane.cookie("keydesk_form") or ""
        answer = await jane.post("/keys", at="/sign-in", **TYPED, form_mark=mark)
    assert answer.status_code >= 500
    assert "No key was created." in answer.text
    assert 'value="half written"' in answer.text


async def test_an_outage_before_the_form_was_known_keeps_what_was_typed(
    jane: PortalVisitor, control: SandboxControl
) -> None:
    with control.fault("/", error_rate=1.0):
        answer = await jane.post("/keys", at="/sign-in", **TYPED)
        assert answer.status_code >= 500
        assert "What you typed is kept." in answer.text
        assert 'href="/keys/new"' in answer.text
    form = (await jane.get("/keys/new")).text
    assert NOTICE in form
    assert 'value="half written"' in form


async def test_a_form_that_is_too_long_for_a_cookie_is_answered_without_a_draft(
    jane: PortalVisitor, control: SandboxControl
) -> None:
    with control.fault("/", error_rate=1.0):
        answer = await jane.post("/keys", at="/sign-in", **TYPED, models=["m" * 200] * 40)
    assert "What you typed is kept." not in answer.text
    assert jane.cookie(COOKIE) is None
