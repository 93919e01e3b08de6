"""What was typed in a form comes back after a sign-in or an outage, to the same person and without being sent again."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import anyio
import httpx2
import pytest

from keydesk.auth.csrf import csrf_token
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import ADDRESS, Desk, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor, portal_client, token_on
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.eventually import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("no_open_intents")]
TYPED = {"alias": "half written", "max_budget": "7.25", "duration": "90d", "rpm_limit": "12"}
NOTICE = "The form has what you typed before. It is not saved yet."
COOKIE = "keydesk_draft"
OpenLimited = Callable[..., AbstractAsyncContextManager[PortalVisitor]]
"""Opens a desk with limits, and a visit of jane's."""


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
        cache = desk.app.state.services.cache

        async def entries() -> int:
            return len(cache)

        # The models, which every start reads: calls of the start in an outage count for the circuit breaker.
        await eventually(entries, bool)
        yield desk


@pytest.fixture
async def jane(desk: Desk, scene: Scene) -> AsyncIterator[PortalVisitor]:
    async with portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(scene.user_id("jane"))
        yield visitor


async def send(jane: PortalVisitor, token: str) -> httpx2.Response:
    return await jane.http.post("/keys", data={"csrf": token, **TYPED}, headers={"Origin": ADDRESS})


async def send_after_expiry(jane: PortalVisitor, clock: Later, token: str | None = None) -> str:
    """Open the form, let the session expire, and send the form. Return where the answer leads."""
    token = token or token_on(await jane.get("/keys/new"))
    clock.by += timedelta(minutes=31)
    answer = await send(jane, token)
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


@pytest.fixture
def limited(surroundings: Surroundings, scene: Scene) -> OpenLimited:
    """Opens a desk with limits, and a visit of jane's."""

    @asynccontextmanager
    async def opened(**limits: int) -> AsyncIterator[PortalVisitor]:
        settings = surroundings.settings(directory={"people": scene.directory()}, limits=limits)
        async with open_desk(settings) as desk, portal_client(desk.app) as http:
            visitor = PortalVisitor(http)
            await visitor.sign_in(scene.user_id("jane"))
            http.headers.update({"Accept": "text/html"})
            yield visitor

    return opened


async def assert_kept(jane: PortalVisitor, answer: httpx2.Response, status: int) -> None:
    """The form was refused, and its page shows what was typed."""
    assert answer.status_code == status
    assert "What you typed is kept." in answer.text
    assert 'href="/keys/new"' in answer.text
    assert "half written" not in (jane.cookie(COOKIE) or "half written")
    form = (await jane.get("/keys/new")).text
    assert NOTICE in form
    assert 'value="half written"' in form


async def test_a_rate_limit_keeps_what_was_typed(limited: OpenLimited) -> None:
    async with limited(writes_per_minute=1) as jane:
        await jane.post("/theme", theme="dark")
        await assert_kept(jane, await jane.post("/keys", at="/keys/new", **TYPED), 429)


async def test_an_overload_keeps_what_was_typed(limited: OpenLimited, control: SandboxControl) -> None:
    async with limited(concurrent_requests=1) as jane:
        token = token_on(await jane.get("/keys/new"))
        control.forget()

        async def is_slow() -> bool:
            return bool(control.calls())

        with control.fault("/", latency_seconds=1.0):
            async with anyio.create_task_group() as group:
                group.start_soon(jane.get, "/usage")
                await eventually(is_slow, bool)
                answer = await send(jane, token)
        await assert_kept(jane, answer, 503)


@pytest.mark.parametrize("token", ["", csrf_token("another browser")], ids=["none", "of another browser"])
async def test_a_refused_form_without_the_token_of_the_session_is_not_kept(
    limited: OpenLimited, token: str
) -> None:
    async with limited(writes_per_minute=1) as jane:
        await jane.post("/theme", theme="dark")
        assert (await send(jane, token)).status_code == 429
        assert jane.cookie(COOKIE) is None


async def test_a_form_over_the_size_limit_is_explained_and_not_kept(jane: PortalVisitor) -> None:
    """It does not fit in a cookie, and no form of Keydesk has fields of that size."""
    jane.http.headers.update({"Accept": "text/html"})
    answer = await jane.post("/keys", at="/keys/new", **TYPED | {"alias": "x" * 70_000})
    assert answer.status_code == 413
    assert "The form is too large." in answer.text
    assert jane.cookie(COOKIE) is None


async def test_a_form_that_is_too_long_for_a_cookie_is_answered_without_a_draft(
    jane: PortalVisitor, control: SandboxControl
) -> None:
    with control.fault("/", error_rate=1.0):
        answer = await jane.post("/keys", at="/sign-in", **TYPED, models=["m" * 200] * 40)
    assert "What you typed is kept." not in answer.text
    assert jane.cookie(COOKIE) is None
