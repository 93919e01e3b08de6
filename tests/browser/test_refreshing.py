"""Pages refresh their figures by themselves, with few small requests and only while they are visible."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Desks, Newcomer
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]
MINUTE = 60_000
SET_HIDDEN = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture(scope="module")
def caching_portal(desks: Desks) -> str:
    """A Keydesk that caches as in production."""
    return desks.serve(fresh_seconds=5.0)


@pytest.fixture
async def at_desk(caching_portal: str, window: OpenWindow, newcomer: Newcomer) -> AsyncIterator[Visit]:
    async with window(caching_portal) as visit:
        await visit.become(newcomer.name)
        yield visit


async def new_key(visit: Visit, alias: str) -> str:
    """Create a key with the form, whose answer replaces it, and return the secret."""
    await visit.page.goto("/keys/new")
    await visit.fill(alias=alias)
    await visit.page.get_by_role("button", name="Create key").click()
    return await visit.page.get_by_label("API key", exact=True).input_value()


def polls(visit: Visit) -> int:
    return sum(urlsplit(request.url).path == "/spend" for request in visit.requests)


async def spend_in_litellm(gateway: Gateway, user_id: str) -> float:
    answer = await gateway.get("/user/info", user_id=user_id)
    spend: float = answer.body["user_info"]["spend"]
    return spend


@pytest.mark.parametrize("path", ["/", "/usage", "key"])
async def test_the_first_request_of_a_new_key_appears_by_itself(
    at_desk: Visit, gateway: Gateway, newcomer: Newcomer, path: str
) -> None:
    """Keydesk promises ten seconds. The test waits longer, because it runs on busy machines."""
    secret = await new_key(at_desk, f"{newcomer.user_id} first")
    await at_desk.page.goto("/keys" if path == "key" else path)
    if path == "key":
        await at_desk.follow(f"{newcomer.user_id} first", exact=True)
    figures = at_desk.page.locator("#figures")
    await expect(figures).to_contain_text("No usage")
    await gateway.chat(secret)
    await eventually(lambda: spend_in_litellm(gateway, newcomer.user_id), lambda spend: spend > 0)
    await expect(figures).to_contain_text("$0.0000")
    await expect(figures).not_to_contain_text("No usage")
    if path != "/":
        await expect(at_desk.page.locator("#figures canvas").first).to_be_visible()


async def pass_minutes(visit: Visit, minutes: int) -> None:
    """Let time pass in the page. Each request starts the next timer, so the time passes in steps."""
    for _ in range(minutes):
        await visit.page.clock.fast_forward(MINUTE)
        await expect(visit.page.locator("[data-updating-shown]")).to_be_hidden()


async def test_a_page_asks_a_few_times_and_then_waits_until_it_is_looked_at_again(
    caching_portal: str, window: OpenWindow
) -> None:
    async with window(caching_portal) as visit:
        await visit.page.clock.install()
        await visit.become("Jane Doe")
        await expect(visit.page.locator("#updated")).to_contain_text("Updated just now")
        await pass_minutes(visit, 10)
        assert 2 <= polls(visit) <= 6
        await expect(visit.page.locator("#updated")).to_contain_text("ago")

        before = polls(visit)
        await visit.page.evaluate(SET_HIDDEN, True)
        await pass_minutes(visit, 3)
        assert polls(visit) == before
        await visit.page.evaluate(SET_HIDDEN, False)
        await pass_minutes(visit, 1)
        assert polls(visit) > before


async def test_a_hidden_page_asks_nothing(caching_portal: str, window: OpenWindow) -> None:
    async with window(caching_portal) as visit:
        await visit.page.clock.install()
        await visit.page.add_init_script(f"({SET_HIDDEN})(true)")
        await visit.become("Jane Doe")
        for _ in range(5):
            # Figures that the server is reading stay marked until the page is visible again.
            await visit.page.clock.fast_forward(MINUTE)
        assert polls(visit) == 0


async def test_what_a_person_opened_stays_open(at_desk: Visit, gateway: Gateway, newcomer: Newcomer) -> None:
    secret = await new_key(at_desk, f"{newcomer.user_id} first")
    await gateway.chat(secret)
    await eventually(lambda: spend_in_litellm(gateway, newcomer.user_id), lambda spend: spend > 0)
    await at_desk.page.goto("/")
    summary = at_desk.page.locator("#figures summary")
    await expect(summary).to_be_visible()
    await summary.focus()
    await at_desk.page.keyboard.press("Enter")
    await gateway.chat(secret)
    await expect(at_desk.page.locator("#figures")).to_contain_text("2 requests")
    await expect(at_desk.page.locator("#figures details")).to_have_attribute("open", "")
    await expect(summary).to_be_focused()


@pytest.mark.without_scripts
async def test_without_scripts_a_link_reads_the_figures_again(as_jane: Visit) -> None:
    for path in ("/", "/usage?team=platform"):
        await as_jane.page.goto(path)
        await expect(as_jane.page.locator("#updated")).to_contain_text("Updated just now")
        await as_jane.follow("Refresh")
        assert as_jane.page.url.endswith(path)
