"""During an outage, people get a page that says what to do."""

import socket

import pytest
from playwright.async_api import Locator, expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Desks, Newcomer
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.eventually import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


async def assert_explained(visit: Visit) -> None:
    """The page says what happened, what to do and what to report, and offers to try again."""
    main = visit.page.get_by_role("main")
    await expect(main).to_contain_text("LiteLLM")
    await expect(main).to_contain_text("contact the platform team")
    request_id = await main.locator("code").inner_text()
    assert len(request_id) >= 8
    await expect(main.get_by_role("link", name="Try again")).to_have_attribute("href", "/")


async def test_an_unreachable_gateway_is_explained(desks: Desks, window: OpenWindow) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, so that no other process takes the port, but not listening
        desk = desks.serve(base_url=f"http://127.0.0.1:{nobody.getsockname()[1]}")
        async with window(desk) as visit:
            await visit.become("Jane Doe")
            await assert_explained(visit)


async def test_a_retry_works_when_the_gateway_is_back(
    visit: Visit, newcomer: Newcomer, control: SandboxControl
) -> None:
    with control.fault("/v2/team", error_rate=1):
        await visit.become(newcomer.name)
        await assert_explained(visit)
    await visit.follow("Try again")
    await expect(visit.page.get_by_role("heading", level=1)).to_contain_text(newcomer.name)


async def test_cached_data_is_shown_with_its_age_until_the_gateway_is_back(
    desks: Desks, window: OpenWindow, control: SandboxControl
) -> None:
    async with window(desks.serve(fresh_seconds=0.1)) as visit:
        await visit.become("Jane Doe")
        await visit.page.goto("/keys")
        notice = visit.page.get_by_role("status").filter(has_text="LiteLLM is unavailable")
        await expect(notice).to_have_count(0)
        with control.fault("/", outage="refuse"):
            await until(visit, notice, 1)
            await expect(visit.row("jane-laptop")).to_be_visible()
            assert await faults_of(visit.page) == []
        await until(visit, notice, 0)


async def until(visit: Visit, notice: Locator, count: int) -> None:
    """Reload the page until the notice appears or disappears: stale data is refreshed in the background."""

    async def shown() -> int:
        await visit.page.reload()
        return await notice.count()

    await eventually(shown, lambda found: found == count)
