"""The page of all keys, with and without scripts: marks, bulk changes and accessibility in both themes."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import PATIENCE, AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.support.upstream.making import unique

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]
_STEPS = 60


async def open_list(page: Page, query: str = "") -> None:
    """Open the list. Keydesk reads all keys some seconds after its start."""
    for _ in range(_STEPS):
        await page.goto(f"/admin/keys{query}")
        if not await page.get_by_text("for the first time").count():
            return
        await page.wait_for_timeout(PATIENCE / _STEPS)
    raise AssertionError("Keydesk has not read the keys")


@pytest.mark.without_scripts
async def test_an_admin_blocks_a_key_and_the_list_shows_it(as_jane: Visit, api: AskApi) -> None:
    bob = await api("bob")
    key = await bob.issue(unique("all-keys"))
    await open_list(as_jane.page, f"?q={key['key_alias']}")
    row = as_jane.page.locator("tbody tr")
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("Bob Baker")
    await row.get_by_role("checkbox").check()
    async with as_jane.page.expect_navigation():
        await as_jane.page.locator("[formaction='/admin/keys/block']").click()
    await as_jane.press("Block keys")
    await expect(as_jane.page.get_by_role("status").first).to_contain_text("1 key changed.")
    await expect(row).to_contain_text("blocked")
    await bob.delete(f"/keys/{key['token']}")


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_list_and_its_forms_are_accessible(window: OpenWindow, theme: str) -> None:
    found: dict[tuple[str, object], list[Any]] = {}
    async with window(color_scheme=theme) as visit:
        await visit.become("Jane Doe")
        for name in ("", "Block…", "Change limits…", "Restrict…"):
            await open_list(visit.page)
            if name:
                await visit.page.locator("tbody .select input").first.check()
                async with visit.page.expect_navigation():
                    await visit.page.locator(".selected").get_by_role("button", name=name, exact=True).click()
            found[name, "axe"] = await axe_findings(visit.page)
            for width in (390, 1440):
                await visit.page.set_viewport_size({"width": width, "height": 900})
                found[name, width] = [*await faults_of(visit.page)]
    assert {where: faults for where, faults in found.items() if faults} == {}
