"""The home page shows the API's figures, or says that there are none."""

import re
from datetime import date

import pytest
from playwright.async_api import expect

from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Desks, Newcomer

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]

DAYS = 30


def usd(amount: float) -> str:
    assert amount == 0 or amount >= 0.01
    return f"${amount:,.2f}"


def day(text: str) -> str:
    """Return a date or time of the API in the page's format."""
    at = date.fromisoformat(text[:10])
    return f"{at:%b} {at.day}, {at.year}"


async def test_the_account_shows_the_remaining_budget_and_its_reset(as_jane: Visit, api: AskApi) -> None:
    account = await (await api("jane")).read("/user/info")
    shown = as_jane.region("Your budget")
    left = account["max_budget"] - account["spend"]
    await expect(shown).to_contain_text(f"{usd(left)} left")
    await expect(shown).to_contain_text(f"{usd(account['spend'])} of {usd(account['max_budget'])} spent")
    await expect(shown).to_contain_text(day(account["budget_reset_at"]))
    await expect(shown).to_contain_text("Platform, Research")
    gauge = await shown.get_by_role("meter").evaluate("meter => meter.value")
    assert gauge == pytest.approx(100 * account["spend"] / account["max_budget"], abs=0.01)


async def test_the_chart_has_a_bar_for_every_day(as_jane: Visit, api: AskApi) -> None:
    usage = await (await api("jane")).read("/usage")
    shown = as_jane.region("Spend by day")
    await expect(shown).to_contain_text(f"{usd(usage['total_spend'])} spent")
    await expect(shown).to_contain_text(f"{usage['api_requests']:,} requests")
    await expect(shown).to_contain_text(f"{usage['total_tokens']:,} tokens")

    drawn = await shown.locator(".drawn").evaluate("box => echarts.getInstanceByDom(box).getOption()")
    days = drawn["xAxis"][0]["data"]
    assert len(days) == DAYS
    spend = {used["date"]: used["spend"] for used in usage["daily_usage"]}
    for number, at in enumerate(days):
        values = [series["data"][number] for series in drawn["series"]]
        heights = [value["value"] if isinstance(value, dict) else value for value in values]
        assert sum(heights) == pytest.approx(spend.get(at, 0.0), abs=1e-5)


async def test_the_chart_has_a_table_with_its_figures(as_jane: Visit, api: AskApi) -> None:
    usage = await (await api("jane")).read("/usage")
    shown = as_jane.region("Spend by day")
    await shown.get_by_text("Daily figures").click()
    rows = shown.get_by_role("row")
    await expect(rows).to_have_count(1 + len(usage["daily_usage"]))
    newest = usage["daily_usage"][-1]
    await expect(rows.nth(1)).to_contain_text(day(newest["date"]))
    await expect(rows.nth(1)).to_contain_text(f"{newest['api_requests']:,}")


async def test_every_key_is_listed_as_in_the_api(as_jane: Visit, api: AskApi) -> None:
    keys = await (await api("jane")).read("/keys")
    await as_jane.page.goto("/keys")
    assert len(keys) >= 3
    for key in keys:
        row = as_jane.row(key["key_alias"])
        await expect(row).to_contain_text(key["key"])
        await expect(row).to_contain_text(usd(key["spend"]))
        await expect(row).to_contain_text(usd(key["max_budget"]) if key["max_budget"] else "no budget")
        await expect(row).to_contain_text(day(key["expires_at"]) if key["expires_at"] else "Never")
        for model in key["models"]:
            await expect(row).to_contain_text(model)


@pytest.mark.parametrize(
    ("person", "key", "state"),
    [
        ("Jane Doe", "jane-laptop", "active"),
        ("Jane Doe", "jane-old-notebook", "expired"),
        ("Jane Doe", "jane-code-review", "expires soon"),
        ("Bob Baker", "bob-leaked", "blocked"),
        ("Bob Baker", "bob-ci", "near budget"),
        ("Carol Chen", "carol-dashboards", "over budget"),
    ],
)
async def test_the_state_of_a_key_is_shown(visit: Visit, person: str, key: str, state: str) -> None:
    await visit.become(person)
    await visit.page.goto("/keys")
    await expect(visit.row(key).locator(".tag")).to_have_text(state)


async def test_a_new_person_sees_the_first_step(as_newcomer: Visit) -> None:
    await expect(as_newcomer.region("Your budget")).to_contain_text("$10.00 left")
    await expect(as_newcomer.region("Your budget")).to_contain_text("No teams")
    await expect(as_newcomer.region("Spend by day")).to_contain_text("No usage yet")
    await expect(as_newcomer.region("Needs attention")).to_contain_text("You have no keys yet")
    await expect(as_newcomer.region("Recent activity")).to_contain_text("Account created")
    await as_newcomer.page.goto("/keys")
    await expect(as_newcomer.region("Your keys")).to_contain_text("You have no keys yet")


async def test_a_person_who_needs_a_team_sees_whom_to_ask(
    desks: Desks, window: OpenWindow, newcomer: Newcomer
) -> None:
    desk = desks.serve(key_generation={"team_required": True})
    async with window(desk) as visit:
        await visit.become(newcomer.name)
        await visit.page.goto("/keys/new")
        await expect(visit.region("New key")).to_contain_text("Ask a team admin")
        await expect(visit.page.get_by_role("button", name="Create key")).to_have_count(0)


async def test_only_available_models_are_offered(visit: Visit) -> None:
    """Dave's account is limited to two models."""
    await visit.become("Dave Dunn")
    await visit.page.goto("/keys/new")
    offered = visit.region("New key").get_by_role("checkbox")
    names = [await box.get_attribute("value") for box in await offered.all()]
    assert names == ["gpt-4o", "gpt-4o-mini"]


async def test_the_time_of_the_figures_is_shown(as_jane: Visit) -> None:
    told = await as_jane.region("Spend by day").get_by_text("Complete as of").inner_text()
    assert re.fullmatch(r"Complete as of \w{3} \d+, \d{4}, \d+:\d\d\s[AP]M", told), told
