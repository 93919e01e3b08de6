"""Long lists: pages, filters, columns, selection and bulk changes, with and without scripts."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.support.desk.desk import Visitor
from tests.support.upstream.making import Maker
from tests.support.upstream.making import Person as Account

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]
COUNT = 27


@pytest.fixture
async def owner(newcomer: Newcomer, api: AskApi, make: Maker) -> Visitor:
    """A newcomer's API client, with more keys than fit on the smallest page."""
    owner = await api(newcomer.user_id)
    await owner.read("/user/info")
    for number in range(COUNT):
        alias = f"{newcomer.user_id}-{number:02}"
        await make.key(Account(newcomer.user_id, ""), key_alias=alias, duration="7d", max_budget=5.0)
    return owner


def rows(visit: Visit) -> Locator:
    return visit.page.locator("#key-list tbody tr")


@pytest.mark.without_scripts
async def test_a_bulk_change_without_scripts_leads_back_to_the_list(visit: Visit, owner: Visitor) -> None:
    await visit.return_as(owner)
    await visit.page.goto("/keys?sort=name&rows=25")
    await visit.follow("Next")
    await expect(rows(visit)).to_have_count(2)
    state = visit.page.url
    await visit.page.locator("[formaction='/keys/selected/block']").click()
    await expect(visit.page.get_by_role("alert")).to_contain_text("Select at least one key.")
    await visit.follow("Back to your keys")
    assert visit.page.url == state

    for box in await visit.page.get_by_role("checkbox", name="Select newcomer").all():
        await box.check()
    await visit.page.locator("[formaction='/keys/selected/block']").click()
    await expect(visit.page.get_by_role("heading", level=1)).to_have_text("Block 2 keys?")
    await visit.press("Block keys")
    assert visit.page.url == state
    await expect(visit.page.get_by_role("status").first).to_contain_text("2 keys blocked")
    await expect(visit.page.locator(".tag.bad")).to_have_count(2)
    await visit.press("Undo")
    assert visit.page.url == state
    await expect(visit.page.locator(".tag.bad")).to_have_count(0)


@pytest.mark.without_scripts
async def test_filters_and_columns_without_scripts(visit: Visit, owner: Visitor) -> None:
    await visit.return_as(owner)
    await visit.page.goto("/keys?sort=name")
    await visit.page.get_by_label("Expires").first.select_option("Never")
    await visit.page.get_by_role("button", name="Search", exact=True).click()
    await expect(visit.page.get_by_text("No keys match these filters.")).to_be_visible()
    await visit.follow("Show all keys")
    assert visit.page.url.endswith("/keys?sort=name")
    await visit.page.locator(".columns summary").click()
    await visit.page.locator(".columns").get_by_label("Last used").uncheck()
    await visit.page.locator(".columns").get_by_label("Created").check()
    await visit.press("Apply")
    headings = visit.page.locator("thead th")
    await expect(headings.filter(has_text="Created")).to_have_count(1)
    await expect(headings.filter(has_text="Last used")).to_have_count(0)
    await expect(rows(visit)).to_have_count(COUNT)


async def test_a_selection_by_keyboard(visit: Visit, owner: Visitor) -> None:
    await visit.return_as(owner)
    await visit.page.goto("/keys?sort=name&rows=25")
    block = visit.page.get_by_role("button", name="Block…", exact=True)
    await expect(block).to_be_disabled()
    everything = visit.page.get_by_role("checkbox", name="Select all on this page")
    await everything.focus()
    await visit.page.keyboard.press("Space")
    await expect(visit.page.get_by_text("Selected keys: 25")).to_be_visible()
    await visit.page.get_by_role("checkbox", name=f"Select {owner.user_id}-00").focus()
    await visit.page.keyboard.press("Space")
    await expect(visit.page.get_by_text("Selected keys: 24")).to_be_visible()
    await visit.page.get_by_role("button", name="Extend…").focus()
    await visit.page.keyboard.press("Enter")
    await expect(visit.page.get_by_role("heading", level=1)).to_have_text("Extend 24 keys?")
    assert visit.complaints == []


async def test_a_filter_changes_the_list_and_the_url_immediately(visit: Visit, owner: Visitor) -> None:
    await visit.return_as(owner)
    (key,) = [each for each in await owner.read("/keys") if each["key_alias"].endswith("-05")]
    await owner.post(f"/keys/{key['token']}/block")
    await visit.page.goto("/keys")
    await visit.page.get_by_label("Status").first.select_option("blocked")
    await expect(rows(visit)).to_have_count(1)
    await expect(visit.page).to_have_url(re.compile("state=blocked"))
    await visit.press(f"Unblock {owner.user_id}-05")
    await expect(visit.page.get_by_text("No keys match these filters.")).to_be_visible()
    assert "state=blocked" in visit.page.url
    assert visit.complaints == []


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-US"), ("dark", "de-DE")])
async def test_lists_and_bulk_pages_are_accessible(
    window: OpenWindow, owner: Visitor, theme: str, locale: str
) -> None:
    found: dict[tuple[str, object], list[Any]] = {}
    async with window(color_scheme=theme, locale=locale) as visit:
        await visit.return_as(owner)
        for name in ("list", "columns", "extend", "delete", "block/apply"):
            await visit.page.goto("/keys?rows=25&col=created&col=resets&col=limits")
            if name == "columns":
                await visit.page.locator(".columns summary").click()
            elif name != "list":
                await visit.page.locator("#key-list tbody .select input").first.check()
                await visit.page.locator(f"[formaction='/keys/selected/{name.partition('/')[0]}']").click()
                await visit.page.wait_for_url("**/keys/selected/*")
            if name.endswith("/apply"):
                # The key disappears, so that the result is a page.
                chosen = await visit.page.locator("form [name='key']").first.get_attribute("value")
                await owner.delete(f"/keys/{chosen}")
                await visit.page.locator("main form .primary").click()
                await visit.page.wait_for_url("**/apply")
            found[name, "axe"] = await axe_findings(visit.page)
            for width in (390, 1440):
                await visit.page.set_viewport_size({"width": width, "height": 900})
                found[name, width] = await faults_of(visit.page)
        assert visit.complaints == []
    assert {where: faults for where, faults in found.items() if faults} == {}
