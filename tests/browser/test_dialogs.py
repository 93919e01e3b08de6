"""With JavaScript, forms open in a dialog, and options depend on earlier choices."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.support.upstream.eventually import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@pytest.fixture
async def dialog(as_newcomer: Visit) -> Locator:
    """The dialog for a new key."""
    await as_newcomer.page.goto("/keys")
    await as_newcomer.page.get_by_role("link", name="New key").click()
    found = as_newcomer.page.get_by_role("dialog", name="New key")
    await expect(found).to_be_visible()
    return found


async def send(dialog: Locator) -> None:
    await dialog.get_by_role("button", name="Create key").click()


async def test_it_opens_with_the_focus_in_the_form_and_closes_with_escape(
    visit: Visit, dialog: Locator
) -> None:
    await expect(dialog.get_by_label("Name", exact=True)).to_be_focused()
    assert visit.page.url == f"{visit.origin}/keys"
    await visit.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(visit.page.get_by_role("link", name="New key")).to_be_focused()


async def test_an_error_is_marked_in_the_dialog(dialog: Locator) -> None:
    await dialog.get_by_label("Name", exact=True).fill("jane-laptop")
    await send(dialog)
    await expect(dialog.get_by_role("alert")).to_contain_text("No key was created.")
    await expect(dialog.get_by_label("Name", exact=True)).to_have_value("jane-laptop")
    await expect(dialog.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")


async def test_a_secret_is_shown_and_the_dialog_does_not_close_by_accident(
    visit: Visit, dialog: Locator, newcomer: Newcomer
) -> None:
    await dialog.get_by_label("Name", exact=True).fill(f"{newcomer.user_id} dialog")
    await send(dialog)
    shown = visit.page.get_by_role("dialog").get_by_label("API key", exact=True)
    await expect(shown).to_be_visible()
    secret = await shown.input_value()
    assert secret.startswith("sk-")
    await visit.page.keyboard.press("Escape")
    await visit.page.mouse.click(3, 300)
    await expect(shown).to_be_visible()
    assert secret not in visit.page.url
    await visit.follow("Done")
    await expect(visit.row(f"{newcomer.user_id} dialog")).to_be_visible()
    await visit.page.go_back()
    assert not await visit.has_secret(secret)


async def test_copying_puts_the_secret_and_the_snippets_on_the_clipboard(
    visit: Visit, dialog: Locator, newcomer: Newcomer
) -> None:
    await visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await dialog.get_by_label("Name", exact=True).fill(f"{newcomer.user_id} copied")
    await send(dialog)
    shown = visit.page.get_by_role("dialog")
    secret = await shown.get_by_label("API key", exact=True).input_value()
    await shown.get_by_role("button", name="Copy", exact=True).click()
    await expect(shown.get_by_role("button", name="Copied")).to_be_visible()
    assert await visit.clipboard() == secret
    await shown.get_by_text("Claude Code", exact=True).click()
    await shown.get_by_role("button", name="Copy Claude Code").click()
    await eventually(visit.clipboard, lambda text: f"ANTHROPIC_AUTH_TOKEN={secret}" in text)
    await expect(visit.page.locator("#told")).to_have_text("Copied to the clipboard.")


async def test_models_depend_on_the_team_and_unavailable_ones_have_a_reason(visit: Visit) -> None:
    await visit.become("Jane Doe")
    await visit.page.goto("/keys")
    await visit.page.get_by_role("link", name="New key").click()
    dialog = visit.page.get_by_role("dialog")
    await expect(dialog.get_by_role("checkbox", name="premium-xl")).to_be_visible()
    await dialog.get_by_label("gpt-4o-mini").check()
    await dialog.get_by_label("Team", exact=True).select_option(label="Platform")
    await expect(dialog.get_by_role("checkbox", name="premium-xl")).to_have_count(0)
    await expect(dialog.get_by_label("gpt-4o-mini")).to_be_checked()
    await expect(dialog).to_contain_text("The team has")
    await dialog.get_by_text("unavailable model").click()
    await expect(dialog).to_contain_text("premium-xl not a model of this team")


async def test_the_search_filters_the_list_while_typing(visit: Visit) -> None:
    await visit.become("Jane Doe")
    await visit.page.goto("/keys")
    await visit.page.get_by_role("searchbox").press_sequentially("expired")
    await expect(visit.page.locator("#key-list tbody tr")).to_have_count(1)
    await expect(visit.row("jane-old-notebook")).to_be_visible()
    await expect(visit.page.locator("#told")).to_contain_text("1 of ")
    await expect(visit.page).to_have_url(re.compile(f"^{re.escape(visit.origin)}/keys\\?q=expired"))


@pytest.mark.parametrize("column", ["Name", "Team", "Spend", "Last used", "Expires", "Status"])
async def test_the_list_is_sorted_in_both_directions(visit: Visit, column: str) -> None:
    await visit.become("Bob Baker")
    await visit.page.goto("/keys")

    async def order() -> list[str]:
        return await visit.page.locator("#key-list .name").all_inner_texts()

    await visit.follow(column, exact=True)
    one = await order()
    await visit.follow(column, exact=True)
    assert sorted(await order()) == sorted(one)
    heading = visit.page.get_by_role("columnheader", name=column)
    assert await heading.get_attribute("aria-sort") in {"ascending", "descending"}


async def test_an_expired_session_leads_to_the_sign_in(visit: Visit, dialog: Locator) -> None:
    await visit.page.context.clear_cookies()
    await dialog.get_by_label("Name", exact=True).fill("late")
    async with visit.page.expect_navigation():
        await send(dialog)
    assert visit.page.url.startswith(f"{visit.origin}/sign-in")


async def test_the_theme_changes_immediately_and_is_remembered(visit: Visit) -> None:
    await visit.become("Jane Doe")
    for theme in ("dark", "light", "system"):
        await visit.page.get_by_role("button", name="Theme").click()
        await expect(visit.page.locator("html")).to_have_attribute("data-theme", theme)
        await visit.page.reload()
        await expect(visit.page.locator("html")).to_have_attribute("data-theme", theme)


async def test_times_use_the_local_time_zone_and_show_utc_too(visit: Visit) -> None:
    await visit.become("Jane Doe")
    time = visit.region("Spend by day").locator("time")
    assert (await time.get_attribute("title") or "").endswith(" UTC")
    assert "UTC" not in await time.inner_text()
