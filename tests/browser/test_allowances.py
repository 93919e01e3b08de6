"""What all keys of a person may have together, in the pages of a browser, in both themes and at two widths."""

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import OpenWindow
from tests.browser.world import Desks

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]
RULES = {"usd_per_day": 40.0, "usd_per_month": 60.0, "service_keys": {"usd_per_month": 100.0}}


@pytest.fixture(scope="module")
def limited(desks: Desks) -> str:
    return desks.serve(key_allowances=RULES)


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
async def test_the_allowance_is_in_sight_and_a_refusal_names_what_is_left(
    window: OpenWindow, limited: str, theme: str, width: int
) -> None:
    size = {"width": width, "height": 900}
    async with window(limited, color_scheme=theme, viewport=size) as visit:
        await visit.become("Bob Baker")
        page, found = visit.page, {}
        await page.goto("/keys/new")
        await expect(page.get_by_text("Your keys can spend $60.00 a month together")).to_be_visible()
        await page.get_by_label("Name").fill(f"too-much-{theme}")
        await page.get_by_label("Budget (USD)").fill("90")
        await page.get_by_text("More budgets").click()
        await page.get_by_label("At most a day (USD)").fill("50")
        await page.get_by_role("button", name="Create key").click()
        fault = page.locator("#fault-max_budget")
        await expect(fault).to_contain_text("All keys of the same owner can spend 40 US dollars a day")
        found["refused"] = [*await axe_findings(page), *await faults_of(page)]
        for path in ("/keys", "/keys/new"):
            await page.goto(path)
            found[path] = [*await axe_findings(page), *await faults_of(page)]
        assert {path: faults for path, faults in found.items() if faults} == {}
