"""An admin of a team creates a service key in the dialog, and its pages are accessible in both themes."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import OpenWindow

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_new_service_key_and_its_pages(window: OpenWindow, theme: str) -> None:
    async with window(color_scheme=theme) as visit:
        await visit.become("Jane Doe")
        page = visit.page
        await page.goto("/teams/platform/service-keys")
        await page.get_by_role("link", name="New service key").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Name").fill(f"reports-{theme}")
        await dialog.get_by_label("Contacts").fill("jane, nobody-here")
        await dialog.get_by_role("button", name="Create key").click()
        await expect(dialog.get_by_text("Enter 1 to 10 people of the directory")).to_be_visible()
        await dialog.get_by_label("Contacts").fill("jane, bob")
        await dialog.get_by_role("button", name="Create key").click()
        await expect(page.get_by_label("API key")).to_have_value(re.compile("sk-.+"))
        await page.get_by_role("link", name="Done").click()
        await expect(page.get_by_role("heading", name=f"reports-{theme}")).to_be_visible()
        here = page.url
        found = {}
        for path in ("", "/edit", "/extend", "/rotate", "/contacts", "/delete"):
            await page.goto(f"{here}{path}")
            found[path] = await axe_findings(page)
            for width in (390, 1440):
                await page.set_viewport_size({"width": width, "height": 900})
                found[path] += await faults_of(page)
        assert {path: faults for path, faults in found.items() if faults} == {}
