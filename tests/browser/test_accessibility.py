"""Every page meets the basic WCAG rules, in both themes, on phones and desktops."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.accessibility import axe_findings, faults_of, focused
from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.support.upstream.making import Maker
from tests.support.upstream.making import Person as Account

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]

WIDTHS = (390, 768, 1440)
SELECTED = """() => {
  const { value, selectionStart, selectionEnd } = document.activeElement;
  return value.slice(selectionStart, selectionEnd);
}"""
NEGLIGENT = """<body style="width: 3000px; background: #fff"><h1>One</h1><h1>Two</h1><h3>Deep</h3>
<img src="data:,"><input value="x"><input type="checkbox" id="twice"><p id="twice" style="color: #999">Pale words</p>
<button></button><a href="/" style="display: inline-block; width: 9px; height: 9px; font-size: 1px">x</a>
<table><tr><th>Of nothing</th></tr></table><meter></meter><fieldset><p>More words</p></fieldset>"""


async def test_the_check_itself_finds_errors(visit: Visit) -> None:
    await visit.page.goto("about:blank")
    await visit.page.set_content(NEGLIGENT)
    found = {fault.split(":")[0] for fault in await faults_of(visit.page)}
    assert found >= {
        "no language", "no title", "2 first headings", "0 main parts", "id twice", "heading skips a level",
        "image without alternative", "no label", "contrast", "no name", "target too small", "heading of nothing",
        "gauge without name", "group without legend",
    }  # fmt: skip
    assert any(fault.startswith("the page is ") for fault in found)


async def assert_accessible_at_every_width(visit: Visit) -> None:
    for width in WIDTHS:
        await visit.page.set_viewport_size({"width": width, "height": 900})
        assert (width, await faults_of(visit.page)) == (width, [])
    assert await axe_findings(visit.page) == []


async def open_dialog(visit: Visit, link: str) -> None:
    await visit.page.get_by_role("link", name=link).first.click()
    await expect(visit.page.get_by_role("dialog")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_page(window: OpenWindow, newcomer: Newcomer, theme: str) -> None:
    async with window(color_scheme=theme) as visit:
        await visit.page.goto("/sign-in")
        await assert_accessible_at_every_width(visit)
        await visit.press("Bob Baker")
        await visit.page.get_by_text("Daily figures").click()
        await assert_accessible_at_every_width(visit)
        await visit.page.goto("/keys")
        await assert_accessible_at_every_width(visit)
        await visit.press("Unblock bob-leaked")
        await assert_accessible_at_every_width(visit)
        for path in ("/", "/keys", "/keys/new", "/keys/expired/delete", "/keys?q=nothing", "/nowhere"):
            await visit.become(newcomer.name)
            await visit.page.goto(path)
            await assert_accessible_at_every_width(visit)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_dialog(window: OpenWindow, newcomer: Newcomer, theme: str) -> None:
    async with window(color_scheme=theme) as visit:
        await visit.become("Jane Doe")
        for link in ("New key", "Edit jane-laptop", "Delete jane-laptop", "Delete 1 expired"):
            await visit.page.goto("/keys")
            await open_dialog(visit, link)
            await assert_accessible_at_every_width(visit)
        await visit.become(newcomer.name)
        await open_dialog(visit, "New key")
        await visit.fill(alias="jane-laptop")
        await visit.page.get_by_role("button", name="Create key").click()
        await expect(visit.page.get_by_role("alert")).to_be_visible()
        await assert_accessible_at_every_width(visit)
        await visit.fill(alias=f"{newcomer.user_id} seen")
        await visit.page.get_by_role("button", name="Create key").click()
        await expect(visit.page.get_by_label("API key", exact=True)).to_be_visible()
        await assert_accessible_at_every_width(visit)


async def test_many_long_names_fit(as_newcomer: Visit, newcomer: Newcomer, make: Maker) -> None:
    owner = Account(newcomer.user_id, "")
    for number in range(12):
        await make.team(owner, team_alias=f"{number} {'W' * 98}")
    for alias in ("W" * 100, "many words " * 9):
        await make.key(owner, key_alias=alias, max_budget=1234567.89, models=["gpt-4o-mini", "gpt-4o"] * 9)
    for path in ("/", "/keys", "/keys/new"):
        await as_newcomer.page.goto(path)
        await assert_accessible_at_every_width(as_newcomer)
    await as_newcomer.page.goto("/keys")
    await open_dialog(as_newcomer, "Delete")
    await assert_accessible_at_every_width(as_newcomer)


async def tab_to(page: Page, place: str) -> None:
    for _ in range(40):
        await page.keyboard.press("Tab")
        if place in await focused(page):
            return
    raise AssertionError(f"the Tab key never led to {place}")


async def test_a_key_can_be_created_with_the_keyboard_only(
    as_newcomer: Visit, newcomer: Newcomer, api: AskApi
) -> None:
    page = as_newcomer.page
    await tab_to(page, "New key")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await page.keyboard.type(f"{newcomer.user_id} typed")
    await tab_to(page, "budget")
    await page.keyboard.type("2")
    await tab_to(page, "duration")
    await page.keyboard.press("ArrowDown")
    await tab_to(page, "Create key")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("API key", exact=True)).to_be_visible()
    await tab_to(page, "secret")
    assert (await page.evaluate(SELECTED)).startswith("sk-")
    (key,) = await (await api(newcomer.user_id)).read("/keys")
    assert key["max_budget"] == 2


async def test_the_first_tab_stop_skips_the_header(as_jane: Visit) -> None:
    await as_jane.page.keyboard.press("Tab")
    await expect(as_jane.page.get_by_text("Skip to content")).to_be_focused()
    await as_jane.page.keyboard.press("Enter")
    await expect(as_jane.page.get_by_role("main")).to_be_focused()
