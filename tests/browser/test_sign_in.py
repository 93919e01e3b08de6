"""Signing in and out of the demo."""

import pytest
from playwright.async_api import expect

from keydesk.identity.credentials import SIGN_IN_COOKIE
from tests.browser.conftest import AskApi
from tests.browser.visit import Visit

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


async def test_a_stranger_is_led_to_the_sample_people(visit: Visit) -> None:
    await visit.page.goto("/")
    assert visit.page.url == f"{visit.origin}/sign-in"
    for name in ("Jane Doe", "Bob Baker", "New Bie"):
        await expect(visit.page.get_by_role("button", name=name)).to_be_visible()


async def test_a_form_sent_after_the_sign_in_ended_leads_there_too(as_jane: Visit, api: AskApi) -> None:
    jane = await api("jane")
    before = await jane.read("/keys")
    await as_jane.page.context.clear_cookies(name=SIGN_IN_COOKIE)
    await as_jane.fill(alias="late")
    await as_jane.press("Create key")
    assert as_jane.page.url == f"{as_jane.origin}/sign-in"
    assert await jane.read("/keys") == before


async def test_who_becomes_jane_sees_janes_page(visit: Visit) -> None:
    await visit.become("Jane Doe")
    assert visit.page.url == f"{visit.origin}/"
    await expect(visit.page.get_by_role("heading", level=1)).to_have_text("Jane Doe")
    assert await visit.page.evaluate("document.cookie") == ""


async def test_who_signs_out_is_a_stranger_again(as_jane: Visit) -> None:
    await as_jane.press("Sign out")
    assert as_jane.page.url == f"{as_jane.origin}/sign-in"
    assert [
        cookie for cookie in await as_jane.page.context.cookies() if cookie["name"] == SIGN_IN_COOKIE
    ] == []
    await as_jane.page.goto("/")
    assert as_jane.page.url == f"{as_jane.origin}/sign-in"
