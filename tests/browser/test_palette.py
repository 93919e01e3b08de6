"""The command palette and the shortcuts: by keyboard only, in both languages, with the focus returned."""

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import MARKUP, Newcomer
from tests.support.upstream.making import Maker, Person

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]
FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim()"


async def test_a_page_is_opened_by_keyboard_and_loaded_once(as_jane: Visit) -> None:
    page = as_jane.page
    assert not any(request.url.endswith("/palette") for request in as_jane.requests)
    await page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Command palette")
    field = palette.get_by_role("combobox")
    await expect(field).to_be_focused()
    await expect(palette.get_by_role("option").first).to_be_visible()
    await field.press_sequentially("aud")
    chosen = palette.get_by_role("option", selected=True)
    await expect(chosen).to_contain_text("Audit log")
    assert await field.get_attribute("aria-activedescendant") == await chosen.get_attribute("id")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    assert page.url == f"{as_jane.origin}/audit"


async def test_names_that_arrive_late_do_not_move_the_choice(as_jane: Visit) -> None:
    page = as_jane.page
    palette = page.get_by_role("dialog", name="Command palette")
    options, chosen = palette.get_by_role("option"), palette.get_by_role("option", selected=True)
    await page.keyboard.press("Control+k")
    await expect(options.first).to_be_visible()
    await page.keyboard.press("Escape")
    items = (await (await page.request.get("/palette")).json())["items"]
    arrives = asyncio.Event()

    async def answer_late(route: Route) -> None:
        await arrives.wait()
        await route.fulfill(json={"items": items[1:], "complete": True})

    await page.route("**/palette", answer_late, times=1)
    await page.keyboard.press("Control+k")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    first, name = await options.first.text_content() or "", await chosen.text_content() or ""
    arrives.set()
    await expect(options.first).not_to_have_text(first)
    await expect(chosen).to_have_text(name)


async def test_the_focus_stays_in_the_palette_and_returns(as_jane: Visit) -> None:
    page = as_jane.page
    await page.goto("/teams")
    link = page.get_by_role("link", name="Models")
    await link.focus()
    await page.keyboard.press("Control+k")
    for _ in range(3):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('main, header') === null")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(link).to_be_focused()


async def test_a_button_of_the_page_is_an_action(as_jane: Visit) -> None:
    await as_jane.page.goto("/models")
    await as_jane.page.keyboard.press("Control+k")
    await as_jane.page.keyboard.type("deutsch")
    palette = as_jane.page.get_by_role("dialog")
    await expect(palette.get_by_role("option", selected=True)).to_contain_text("Language: Deutsch")
    async with as_jane.page.expect_navigation():
        await as_jane.page.keyboard.press("Enter")
    assert await as_jane.page.locator("html").get_attribute("lang") == "de"
    assert as_jane.page.url == f"{as_jane.origin}/models"


async def test_hostile_names_are_text(visit: Visit, newcomer: Newcomer, api: AskApi, make: Maker) -> None:
    owner = await api(newcomer.user_id)
    await owner.read("/user/info")
    await make.key(Person(newcomer.user_id, ""), key_alias=f"{newcomer.user_id} {MARKUP}")
    await visit.return_as(owner)
    await visit.page.keyboard.press("Control+k")
    await visit.page.keyboard.type("img src")
    await expect(visit.page.get_by_role("option").filter(has_text=MARKUP).first).to_be_visible()
    assert await visit.page.locator("#palette img").count() == 0
    assert await visit.page.evaluate("document.body.id") == ""


async def test_slash_goes_to_the_search_and_question_mark_shows_the_shortcuts(as_jane: Visit) -> None:
    page = as_jane.page
    for path, field in (("/keys", "q"), ("/models", "q"), ("/audit", "start_date")):
        await page.goto(path)
        await page.keyboard.press("/")
        assert await page.evaluate(FOCUSED) == field
    await page.goto("/models")
    await page.keyboard.press("/")
    await page.keyboard.type("gpt/4?")
    await expect(page.locator("#q")).to_have_value("gpt/4?")
    await page.goto("/teams")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await as_jane.press("Turn off / and ?")
    await page.keyboard.press("/")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert await page.evaluate("document.activeElement === document.body")


async def test_an_expired_session_is_explained(as_jane: Visit) -> None:
    await as_jane.page.context.clear_cookies()
    await as_jane.page.keyboard.press("Control+k")
    await expect(as_jane.page.get_by_role("dialog")).to_contain_text("Your session has expired.")


@pytest.mark.without_scripts
async def test_without_scripts_the_navigation_has_all_pages(as_jane: Visit) -> None:
    await expect(as_jane.page.get_by_role("button", name="Go to…")).to_have_count(0)
    await expect(as_jane.page.get_by_role("navigation", name="Pages").get_by_role("link")).to_have_count(9)


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-US"), ("dark", "de-DE")])
async def test_the_dialogs_are_accessible(window: OpenWindow, theme: str, locale: str) -> None:
    async with window(color_scheme=theme, locale=locale) as visit:
        await visit.become("Jane Doe")
        for key in ("Control+k", "?"):
            await visit.page.keyboard.press(key)
            await expect(visit.page.get_by_role("dialog")).to_be_visible()
            if key != "?":
                await expect(visit.page.get_by_role("dialog").get_by_role("status")).to_have_text(
                    re.compile(r": \d+")
                )
            assert await axe_findings(visit.page) == []
            for width in (390, 1440):
                await visit.page.set_viewport_size({"width": width, "height": 900})
                assert await faults_of(visit.page) == []
            await visit.page.keyboard.press("Escape")
            await expect(visit.page.get_by_role("dialog")).to_have_count(0)
