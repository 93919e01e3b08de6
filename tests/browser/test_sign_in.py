"""Sign-in and sign-out in the demo."""

import pytest
from playwright.async_api import expect

from keydesk.auth.session_cookie import SESSION
from tests.browser.conftest import AskApi
from tests.browser.visit import Visit

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


async def test_a_visitor_is_redirected_to_the_sample_people(visit: Visit) -> None:
    await visit.page.goto("/")
    assert visit.page.url == f"{visit.origin}/sign-in?next=/"
    for name in ("Jane Doe", "Bob Baker", "New Bie"):
        await expect(visit.page.get_by_role("button", name=name)).to_be_visible()


async def test_a_form_sent_after_the_session_ended_leads_to_the_sign_in(as_jane: Visit, api: AskApi) -> None:
    jane = await api("jane")
    before = await jane.read("/keys")
    await as_jane.page.goto("/keys/new")
    await as_jane.page.context.clear_cookies(name=SESSION)
    await as_jane.fill(alias="late")
    await as_jane.press("Create key")
    assert as_jane.page.url.startswith(f"{as_jane.origin}/sign-in")
    assert await jane.read("/keys") == before


async def test_jane_sees_her_own_page(visit: Visit) -> None:
    await visit.become("Jane Doe")
    assert visit.page.url == f"{visit.origin}/"
    await expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Jane Doe")
    assert await visit.page.evaluate("document.cookie") == ""


async def test_signing_out_ends_the_session(as_jane: Visit) -> None:
    await as_jane.press("Sign out")
    assert as_jane.page.url == f"{as_jane.origin}/sign-in"
    await expect(as_jane.page.get_by_text("You are signed out.")).to_be_visible()
    assert [cookie for cookie in await as_jane.page.context.cookies() if cookie["name"] == SESSION] == []
    await as_jane.page.goto("/keys?q=laptop")
    assert as_jane.page.url == f"{as_jane.origin}/sign-in?next=/keys%3Fq%3Dlaptop"


async def test_a_sign_in_leads_to_the_requested_page(visit: Visit) -> None:
    await visit.page.goto("/keys?q=laptop")
    await visit.press("Jane Doe")
    assert visit.page.url == f"{visit.origin}/keys?q=laptop"
    await expect(visit.row("jane-laptop")).to_be_visible()


async def test_the_back_button_shows_nothing_after_signing_out(as_jane: Visit) -> None:
    await as_jane.page.goto("/keys")
    await as_jane.press("Sign out")
    await as_jane.page.go_back()
    await expect(as_jane.page.get_by_text("jane-laptop")).to_have_count(0)
