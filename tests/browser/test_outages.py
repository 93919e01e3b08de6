"""When something behind the key desk does not work, people get a page that says what to do."""

import socket

import pytest
from playwright.async_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Desks
from tests.desk.sandbox_control import SandboxControl

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


async def assert_explained(visit: Visit) -> None:
    """The page says what is wrong, what to do, what to quote, and offers to try again."""
    main = visit.page.get_by_role("main")
    await expect(main).to_contain_text("LiteLLM")
    await expect(main).to_contain_text("tell the platform team")
    request_id = await main.locator("code").inner_text()
    assert len(request_id) >= 8
    await expect(main.get_by_role("link", name="Try again")).to_have_attribute("href", "/")


async def test_a_gateway_that_cannot_be_reached_is_explained(desks: Desks, window: OpenWindow) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, so that nobody else takes the port, and deaf
        desk = desks.serve(base_url=f"http://127.0.0.1:{nobody.getsockname()[1]}")
        async with window(desk) as visit:
            await visit.become("Jane Doe")
            await assert_explained(visit)


async def test_trying_again_helps_once_the_gateway_is_back(visit: Visit, control: SandboxControl) -> None:
    with control.fault("/v2/team", error_rate=1):
        await visit.become("Jane Doe")
        await assert_explained(visit)
    await visit.follow("Try again")
    await expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Jane Doe")
