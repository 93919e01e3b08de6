"""A person requests a larger budget, and an approver decides, with and without JavaScript."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import OpenWindow

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_a_request_is_sent_and_approved_in_part(window: OpenWindow, *, scripts: bool) -> None:
    name, amount = ("Alice Archer", "400") if scripts else ("New Bie", "450")
    async with window(java_script_enabled=scripts) as visit:
        await visit.become(name)
        await visit.page.get_by_role("link", name="Request a larger budget").click()
        await visit.fill(max_budget="1", reason="Load tests of the <b>search</b>", cost_center="4711")
        await visit.page.get_by_role("button", name="Send request").click()
        await expect(visit.page.get_by_text("must be larger than the current budget")).to_be_visible()
        await expect(visit.page.get_by_label("Reason")).to_have_value("Load tests of the <b>search</b>")
        await visit.fill(max_budget=amount)
        await visit.page.get_by_role("button", name="Send request").click()
        await expect(visit.page.get_by_text("Request sent.")).to_be_visible()
        await expect(visit.page.get_by_text("Load tests of the <b>search</b>")).to_be_visible()
        address = visit.page.url
        await visit.press("Sign out")
        await visit.become("Jane Doe")
        await visit.page.goto("/requests")
        waiting = visit.region("Waiting for your decision")
        await waiting.get_by_role("listitem").filter(has_text=name).get_by_role("link").click()
        assert visit.page.url == address
        await visit.page.get_by_label("Budget (USD)").fill("300")
        await visit.page.get_by_role("button", name="Approve").click()
        await expect(visit.page.get_by_text("Request approved.")).to_be_visible()
        await expect(visit.page.get_by_text("$300.00 permanently")).to_be_visible()
        await expect(visit.page.get_by_role("button", name="Approve")).to_have_count(0)


async def test_a_request_is_declined_with_a_reason_or_withdrawn(window: OpenWindow) -> None:
    async with window() as visit:
        for _ in range(2):
            await visit.become("Dave Dunn")
            await visit.page.goto("/requests/new")
            await visit.fill(max_budget="600", reason="A workshop")
            await visit.press("Send request")
            await visit.press("Sign out")
        await visit.become("Dave Dunn")
        await visit.page.goto("/requests")
        await visit.region("My requests").get_by_role("link", name="Budget of the account").first.click()
        await visit.press("Withdraw")
        await expect(visit.page.get_by_text("withdrawn", exact=True)).to_be_visible()
        await visit.press("Sign out")
        await visit.become("Jane Doe")
        await visit.page.goto("/requests")
        row = visit.page.get_by_role("listitem").filter(has_text="Dave Dunn")
        await row.get_by_role("link").click()
        await visit.page.get_by_label("Reason").fill("Use the budget of the team.")
        await visit.press("Decline")
        await expect(visit.page.get_by_text("Use the budget of the team.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_a_person_joins_a_team_with_an_approval(window: OpenWindow, *, scripts: bool) -> None:
    name = "Carol Chen" if scripts else "New Bie"
    async with window(java_script_enabled=scripts) as visit:
        await visit.become(name)
        await visit.page.goto("/requests/new")
        await (
            visit.page.get_by_role("navigation", name="Kind of request")
            .get_by_text("Team membership")
            .click()
        )
        await visit.fill(team_id="unknown", reason="A project")
        await visit.page.get_by_role("button", name="Send request").click()
        await expect(
            visit.page.get_by_text("There is no team with this id that you can join.")
        ).to_be_visible()
        await visit.fill(team_id="research")
        await visit.page.get_by_role("button", name="Send request").click()
        await expect(
            visit.page.get_by_role("heading", name="Membership of the team “Research”")
        ).to_be_visible()
        address = visit.page.url
        await visit.press("Sign out")
        await visit.become("Jane Doe")
        await visit.page.goto(address)
        await visit.page.get_by_role("button", name="Approve").click()
        await expect(visit.page.get_by_text("Request approved.")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_request_is_accessible_for_its_approver_in_both_languages(
    window: OpenWindow, theme: str
) -> None:
    found: dict[tuple[str, object], list[Any]] = {}
    async with window(color_scheme=theme, locale="de-DE") as visit:
        await visit.become("Bob Baker")
        await visit.page.goto("/requests/new")
        await visit.fill(max_budget="700", reason="Ein Workshop")
        await visit.press("Antrag senden")
        address = visit.page.url
        await visit.press("Abmelden")
        for locale in ("de", "en"):
            await visit.become("Jane Doe")
            await visit.page.goto(address)
            if locale == "en":
                await visit.press("English")
            await expect(visit.page.get_by_role("heading", name=re.compile("Budget"))).to_be_visible()
            found[locale, "axe"] = await axe_findings(visit.page)
            for width in (390, 1440):
                await visit.page.set_viewport_size({"width": width, "height": 900})
                found[locale, width] = [*await faults_of(visit.page)]
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_forms_of_all_kinds_are_accessible_in_both_languages(
    window: OpenWindow, theme: str
) -> None:
    found: dict[tuple[str, object], list[Any]] = {}
    async with window(color_scheme=theme, locale="de-DE") as visit:
        await visit.become("Jane Doe")
        for kind in ("account_budget", "account_models", "team_membership", "new_team"):
            await visit.page.goto(f"/requests/new?kind={kind}")
            found[kind, "axe"] = await axe_findings(visit.page)
            for width in (390, 1440):
                await visit.page.set_viewport_size({"width": width, "height": 900})
                found[kind, width] = [*await faults_of(visit.page)]
    assert {where: faults for where, faults in found.items() if faults} == {}
