"""The page of one key: the test request from the browser, its alternative, and how the page is reached and read."""

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.support.upstream.address import Upstream

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@pytest.fixture
async def secret(as_newcomer: Visit, newcomer: Newcomer, api: AskApi, upstream: Upstream) -> str:
    """The secret of a newcomer's key, whose page is open."""
    issued = await (await api(newcomer.user_id)).issue(newcomer.user_id)
    as_newcomer.gateway = upstream.url
    await as_newcomer.page.goto(f"/keys/{issued['token']}")
    key: str = issued["key"]
    return key


async def send(visit: Visit, key: str) -> None:
    test = visit.region("Test this key")
    await test.get_by_label("Key", exact=True).fill(key)
    await test.get_by_role("button", name="Send").click()


async def test_the_browser_tests_the_key_without_keydesk(
    as_newcomer: Visit, secret: str, portal: str
) -> None:
    await send(as_newcomer, secret)
    await expect(as_newcomer.region("Test this key")).to_contain_text("The key works.")
    await expect(as_newcomer.region("Test this key")).to_contain_text("tokens used.")
    sent = [request for request in as_newcomer.requests if request.url.startswith(portal)]
    assert all(secret not in f"{request.url} {request.post_data} {request.headers}" for request in sent)
    assert (
        await as_newcomer.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        == "[{},{}]"
    )


async def test_a_rejected_key_and_a_missing_one_are_explained(as_newcomer: Visit, secret: str) -> None:
    test = as_newcomer.region("Test this key")
    await send(as_newcomer, "")
    await expect(test).to_contain_text("Paste the key first.")
    await send(as_newcomer, f"{secret}x")
    await expect(test).to_contain_text("The gateway rejected the request with status 401.")


async def test_an_unreachable_gateway_is_explained_with_a_command(
    as_newcomer: Visit, secret: str, upstream: Upstream
) -> None:
    await as_newcomer.page.route(f"{upstream.url}/**", lambda route: route.abort())
    await send(as_newcomer, secret)
    test = as_newcomer.region("Test this key").first
    await expect(test).to_contain_text("Your browser could not reach the gateway.")
    await test.locator("summary").click()
    await expect(test).to_contain_text("curl ")
    await as_newcomer.page.unroute(f"{upstream.url}/**")


@pytest.mark.without_scripts
async def test_without_scripts_the_page_has_the_command_and_the_actions(as_jane: Visit) -> None:
    await as_jane.page.goto("/keys")
    await as_jane.follow("jane-laptop", exact=True)
    test = as_jane.region("Test this key")
    await expect(test.get_by_role("button")).to_have_count(0)
    await test.get_by_text("Test it in a terminal").click()
    await expect(test).to_contain_text("Authorization: Bearer YOUR_KEY")
    await as_jane.follow("Edit")
    await expect(as_jane.page.get_by_role("heading", level=1)).to_have_text("Edit jane-laptop")


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-US"), ("dark", "de-DE")])
async def test_the_page_is_accessible_and_fits(window: OpenWindow, theme: str, locale: str) -> None:
    found: dict[object, list[object]] = {}
    async with window(color_scheme=theme, locale=locale) as visit:
        await visit.become("Jane Doe")
        await visit.page.goto("/keys")
        await visit.follow("jane-laptop", exact=True)
        for summary in await visit.page.locator("main summary").all():
            await summary.click()
        found["axe"] = await axe_findings(visit.page)
        for width in (390, 1440):
            await visit.page.set_viewport_size({"width": width, "height": 900})
            found[width] = [*await faults_of(visit.page)]
    assert {where: faults for where, faults in found.items() if faults} == {}
