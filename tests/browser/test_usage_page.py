"""The usage page: charts and tables with the API's figures, for any period, with and without JavaScript."""

from functools import partial

import pytest
from playwright.async_api import expect

from tests.browser.conftest import AskApi
from tests.browser.visit import Visit
from tests.support.upstream.eventually import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]

PAINTED = """box => {
  const { width, height } = box.querySelector("canvas");
  const data = box.querySelector("canvas").getContext("2d").getImageData(0, 0, width, height).data;
  return new Set(new Uint32Array(data.buffer)).size;
}"""
"""The minimum number of colors in a chart; an empty one has few."""


async def test_the_page_shows_the_figures_of_the_api(as_jane: Visit, api: AskApi) -> None:
    report = await (await api("jane")).read("/usage")
    await as_jane.page.goto("/usage")
    totals = as_jane.region("Totals")
    await expect(totals).to_contain_text(f"${report['total_spend']:,.2f}")
    await expect(totals).to_contain_text(f"{report['total_tokens']:,}")
    await expect(totals).to_contain_text(f"{report['failed_requests']:,} failed")
    await expect(totals).to_contain_text("Complete as of")
    dearest = max(report["usage_by_model"], key=lambda name: report["usage_by_model"][name]["total_spend"])
    first = as_jane.region("By model").get_by_role("row").nth(1)
    await expect(first).to_contain_text(dearest)
    assert await as_jane.region("By key").get_by_role("row").count() == len(report["usage_by_key"]) + 1


async def test_charts_are_drawn_again_when_the_theme_changes(as_jane: Visit) -> None:
    await as_jane.page.goto("/usage")
    charts = as_jane.page.locator("[data-chart]")
    await expect(charts).to_have_count(3)
    for index in range(3):
        await expect(charts.nth(index)).to_be_visible()
        await eventually(partial(charts.nth(index).evaluate, PAINTED), lambda colors: colors > 20)
    before = await charts.first.screenshot()
    await as_jane.page.emulate_media(color_scheme="dark")
    await eventually(charts.first.screenshot, lambda picture: picture != before)
    await expect(charts.first).to_be_visible()
    await as_jane.page.emulate_media(color_scheme="light")


async def test_every_chart_has_a_table_with_its_figures(as_jane: Visit) -> None:
    await as_jane.page.goto("/usage")
    section = as_jane.page.locator(
        "section", has=as_jane.page.get_by_role("heading", name="Spend by day and model")
    )
    await section.get_by_text("Daily figures").click()
    table = section.get_by_role("region", name="Daily figures: Spend by day and model")
    await expect(table).to_be_visible()
    assert await table.get_by_role("row").count() > 10


async def test_a_period_is_chosen_by_name_or_by_dates(as_jane: Visit) -> None:
    await as_jane.page.goto("/usage")
    await as_jane.follow("7 days")
    await expect(as_jane.page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    await as_jane.fill(start_date="2020-01-01", end_date="2020-01-05")
    await as_jane.press("Show")
    await expect(as_jane.page.get_by_text("No usage in this period.")).to_be_visible()
    assert await as_jane.page.locator("[data-chart]").count() == 0


async def test_an_invalid_period_is_explained(as_jane: Visit) -> None:
    answer = await as_jane.page.goto("/usage?start_date=2026-02-02&end_date=2026-02-01")
    assert answer is not None
    assert answer.status == 422
    await expect(as_jane.page.locator("#fault-start_date")).to_contain_text("must not be after")


async def test_members_see_the_usage_of_their_team(as_jane: Visit, api: AskApi) -> None:
    report = await (await api("jane")).read("/teams/platform/usage")
    await as_jane.page.goto("/usage")
    await as_jane.fill(team="Platform")
    await as_jane.press("Show")
    await expect(as_jane.region("Totals")).to_contain_text(f"${report['total_spend']:,.2f}")
    await expect(as_jane.region("By key")).to_contain_text("bob-ci")
    assert await as_jane.region("By team").count() == 0


async def test_the_figures_can_be_downloaded(as_jane: Visit) -> None:
    await as_jane.page.goto("/usage?start_date=2026-01-01&end_date=2026-12-31")
    async with as_jane.page.expect_download() as coming:
        await as_jane.page.get_by_role("link", name="Download CSV: By key").click()
    download = await coming.value
    assert download.suggested_filename == "usage-by-key-2026-01-01-2026-12-31.csv"
    text = (await download.path()).read_text()
    assert text.startswith("API key,Team,Spend (USD),")
    assert "jane-laptop" in text


@pytest.mark.without_scripts
async def test_the_tables_show_everything_without_scripts(as_jane: Visit) -> None:
    await as_jane.page.goto("/usage")
    await expect(as_jane.page.locator("[data-chart]").first).to_be_hidden()
    await expect(as_jane.region("By model")).to_contain_text("gpt-4o")
    await as_jane.page.get_by_text("Daily figures").first.click()
    await expect(as_jane.region("Daily figures: Spend by day and model")).to_be_visible()
    await as_jane.fill(team="Research")
    await as_jane.press("Show")
    await expect(as_jane.region("Totals")).to_contain_text("Team Research")
