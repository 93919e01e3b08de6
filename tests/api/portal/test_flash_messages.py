"""A message about what was done is shown once, to the person it is for, and never because of an address."""

from collections.abc import AsyncIterator

import pytest

from tests.support.desk.desk import Desk, OpenDesk, SignIn
from tests.support.desk.portal import PortalVisitor, portal_client

pytestmark = pytest.mark.anyio
BLOCKED = "Key blocked. Requests with this key are rejected until you unblock it."
COOKIE = "keydesk_message"


@pytest.fixture
async def key_id(jane: PortalVisitor, sign_in: SignIn) -> str:
    """The id of jane's only key, which she has just blocked at the portal."""
    api = await sign_in("jane")
    key_id: str = (await api.issue(f"{api.user_id} laptop"))["token"]
    assert (await jane.post(f"/keys/{key_id}/block", at="/keys")).headers["location"] == "/keys"
    return key_id


@pytest.fixture
async def bob(desk: Desk, sign_in: SignIn) -> AsyncIterator[PortalVisitor]:
    async with portal_client(desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in((await sign_in("bob")).user_id)
        yield visitor


@pytest.mark.usefixtures("key_id")
async def test_a_message_is_shown_once_as_a_status(jane: PortalVisitor) -> None:
    assert f'<p role="status">{BLOCKED}</p>' in (await jane.get("/keys")).text
    assert jane.cookie(COOKIE) is None
    assert BLOCKED not in (await jane.get("/keys")).text


async def test_the_message_offers_to_undo_the_block(
    jane: PortalVisitor, key_id: str, sign_in: SignIn
) -> None:
    page = (await jane.get("/keys")).text
    assert f'<div class="notice good flash"><p role="status">{BLOCKED}</p>\n' in page
    assert f'action="/keys/{key_id}/unblock"' in page.partition('class="notice good flash"')[2][:300]
    await jane.post(f"/keys/{key_id}/unblock", at="/keys")
    assert "Key unblocked." in (await jane.get("/keys")).text
    assert (await (await sign_in("jane")).key(key_id))["blocked"] is False


@pytest.mark.usefixtures("key_id")
async def test_a_part_of_a_page_leaves_the_message_to_the_page(jane: PortalVisitor) -> None:
    assert BLOCKED not in (await jane.get("/keys", headers={"HX-Request": "true"})).text
    assert BLOCKED in (await jane.get("/keys")).text


@pytest.mark.usefixtures("key_id")
async def test_the_browser_cannot_read_or_change_the_message(jane: PortalVisitor) -> None:
    sealed = jane.cookie(COOKIE) or ""
    assert "blocked" not in sealed
    for forged in (sealed[:-4] + "AAAA", "junk", sealed.partition(".")[0], ""):
        jane.http.cookies.set(COOKIE, forged, domain="localhost.local")
        page = await jane.get("/keys")
        assert page.status_code == 200
        assert 'class="notice good flash"' not in page.text


@pytest.mark.usefixtures("key_id")
async def test_another_person_in_the_same_browser_does_not_see_the_message(
    jane: PortalVisitor, bob: PortalVisitor
) -> None:
    bob.http.cookies.set(COOKIE, jane.cookie(COOKIE) or "", domain="localhost.local")
    assert BLOCKED not in (await bob.get("/keys")).text
    assert bob.cookie(COOKIE) is None


async def test_signing_out_leaves_a_message_on_the_sign_in_page(jane: PortalVisitor) -> None:
    answer = await jane.post("/sign-out", at="/keys")
    assert answer.headers["location"] == "/sign-in"
    assert "You are signed out." in (await jane.get("/sign-in")).text
    assert "You are signed out." not in (await jane.get("/sign-in")).text


async def test_no_address_shows_a_message(jane: PortalVisitor) -> None:
    for name in ("key-blocked", "You+must+pay"):
        page = (await jane.get(f"/keys?done={name}&message={name}")).text
        assert 'class="notice good flash"' not in page


async def test_people_of_a_trusted_proxy_get_their_messages(desk_with: OpenDesk, sign_in: SignIn) -> None:
    jane = await sign_in("jane")
    proxy = {"networks": ["127.0.0.1/32"], "user_header": "X-Forwarded-User"}
    async with (
        desk_with(identity={"trusted_proxy": proxy}) as desk,
        portal_client(desk.app) as http,
    ):
        http.headers["X-Forwarded-User"] = jane.user_id
        visitor = PortalVisitor(http)
        await visitor.get("/keys")
        key_id = (await jane.issue(f"{jane.user_id} proxied"))["token"]
        answer = await visitor.post(f"/keys/{key_id}/block", at="/keys")
        assert answer.headers["location"] == "/keys"
        assert BLOCKED in (await visitor.get("/keys")).text
        assert BLOCKED not in (await visitor.get("/keys")).text
