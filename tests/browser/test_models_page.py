"""The models page: prices, access with reasons, search, copying."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import AskApi
from tests.browser.visit import Visit
from tests.browser.world import MARKUP
from tests.support.upstream.eventually import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


async def test_prices_are_per_million_tokens(as_jane: Visit) -> None:
    await as_jane.page.goto("/models")
    row = as_jane.row("gpt-4o-mini").first
    await expect(row).to_contain_text("$0.15")
    await expect(row).to_contain_text("$0.60")
    await expect(row).to_contain_text("yes")


async def test_limited_access_has_a_reason(visit: Visit, api: AskApi) -> None:
    await visit.return_as(await api("dave"))
    await visit.page.goto("/models")
    row = visit.row("premium-xl").first
    await expect(row).to_contain_text("no")
    await expect(row).to_contain_text(
        "Your account and your teams have no access. Ask the platform team or a team admin."
    )
    await expect(row).to_contain_text("Ask the platform team")


async def test_the_search_filters_the_list_while_typing(as_jane: Visit) -> None:
    await as_jane.page.goto("/models")
    await as_jane.page.get_by_label("Name or group").fill("claude")
    await expect(as_jane.page.locator("#found")).to_contain_text("1 of 6 models")
    await expect(as_jane.page).to_have_url(f"{as_jane.origin}/models?q=claude&mode=")
    await as_jane.page.get_by_label("Name or group").fill("no such model")
    await expect(as_jane.page.get_by_text("No models match this search.")).to_be_visible()
    await as_jane.follow("Show all models")
    await expect(as_jane.page.locator("#found")).to_contain_text("6 of 6 models")


async def test_a_name_can_be_copied(as_jane: Visit) -> None:
    await as_jane.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await as_jane.page.goto("/models")
    await as_jane.page.get_by_role("button", name="Copy name gpt-4o", exact=True).click()
    await eventually(as_jane.clipboard, lambda text: text == "gpt-4o")


async def test_markup_in_a_name_is_escaped(as_jane: Visit) -> None:
    await as_jane.page.goto("/models")
    await expect(as_jane.page.get_by_text(f"model {MARKUP}", exact=True)).to_be_visible()
    assert await as_jane.page.evaluate("document.body.id") == ""


@pytest.mark.without_scripts
async def test_without_scripts_the_search_is_a_form(as_jane: Visit) -> None:
    await as_jane.page.goto("/models")
    assert await as_jane.page.get_by_role("button", name="Copy name gpt-4o", exact=True).count() == 0
    await as_jane.page.get_by_label("Vision").check()
    await as_jane.fill(q="claude")
    await as_jane.press("Search")
    await expect(as_jane.page.locator("#found")).to_contain_text("1 of 6 models")
    await as_jane.page.get_by_text("Example request").click()
    await expect(as_jane.page.get_by_text("Bearer YOUR_KEY")).to_be_visible()
