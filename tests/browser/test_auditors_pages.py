"""The audit log and administration pages, for auditors only."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import MARKUP
from tests.support.upstream.making import unique

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


async def test_other_people_see_who_can_open_these_pages(visit: Visit, api: AskApi) -> None:
    await visit.return_as(await api("bob"))
    for path in ("/audit", "/admin", "/admin/configuration"):
        answer = await visit.page.goto(path)
        assert answer is not None
        assert answer.status == 403
        await expect(visit.page.get_by_role("alert")).to_contain_text("litellm.audit.read")


async def test_a_change_is_found_and_its_differences_are_shown(as_jane: Visit, api: AskApi) -> None:
    jane = await api("jane")
    key = await jane.issue(unique("audited"), rpm_limit=5)
    await jane.post(f"/keys/{key['token']}/update", rpm_limit=9)
    await as_jane.page.goto("/audit")
    await as_jane.fill(action="updated", table_name="API key", changed_by="jane")
    await as_jane.press("Search")
    entry = as_jane.page.locator("tbody", has_text=key["token"]).first
    await entry.get_by_text("Details").click()
    row = entry.locator(".difference").get_by_role("row").filter(has_text="rpm_limit")
    await expect(row.locator("del")).to_have_text("5")
    await expect(row.locator("ins")).to_have_text("9")
    await jane.delete(f"/keys/{key['token']}")


async def test_user_input_is_escaped(as_jane: Visit, api: AskApi) -> None:
    jane = await api("jane")
    key = await jane.issue(f"{unique('odd')} {MARKUP}"[:100], metadata={"note": MARKUP})
    await as_jane.page.goto("/audit?action=created&changed_by=jane")
    for summary in await as_jane.page.get_by_text("Details").all():
        await summary.click()
    assert await as_jane.page.evaluate("document.body.id") == ""
    await jane.delete(f"/keys/{key['token']}")


async def test_the_log_can_be_downloaded(as_jane: Visit) -> None:
    await as_jane.page.goto("/audit")
    for name, file in (("Export CSV", "keydesk-audit.csv"), ("Export JSON Lines", "keydesk-audit.jsonl")):
        async with as_jane.page.expect_download() as coming:
            await as_jane.page.get_by_role("link", name=name).click()
        assert (await coming.value).suggested_filename == file


async def test_accounts_are_compared_with_progress(as_jane: Visit) -> None:
    await as_jane.page.goto("/admin/accounts")
    await as_jane.follow("Compare")
    await expect(as_jane.page.get_by_text("compared.").last).to_contain_text("compared.")


async def test_a_preview_shows_the_reasons(as_jane: Visit) -> None:
    await as_jane.page.goto("/admin/provisioning")
    await as_jane.fill(user="newbie")
    await as_jane.press("Preview person")
    await expect(as_jane.region("Effective settings")).to_contain_text("Role of ai-power-users")
    await as_jane.fill(group="no-such-group")
    await as_jane.press("Preview group")
    await expect(as_jane.page.locator("#fault-group")).to_contain_text("The group is not in the directory.")


async def test_the_audit_log_keeps_its_state_in_the_address(as_jane: Visit, api: AskApi) -> None:
    jane = await api("jane")
    for number in range(13):
        await jane.delete(f"/keys/{(await jane.issue(unique(f'audited-{number}')))['token']}")
    await as_jane.page.goto("/audit?changed_by=jane&rows=25")
    await as_jane.follow("Time")
    assert as_jane.page.url.endswith("/audit?changed_by=jane&sort=time&rows=25")
    await expect(as_jane.page.get_by_role("columnheader", name="Time")).to_have_attribute(
        "aria-sort", "ascending"
    )
    await as_jane.follow("Newer")
    assert as_jane.page.url.endswith("/audit?changed_by=jane&sort=time&rows=25&page=2")
    await as_jane.page.locator(".columns summary").click()
    await as_jane.page.locator(".columns").get_by_label("IP address").check()
    await as_jane.press("Apply")
    await expect(as_jane.page.get_by_role("columnheader", name="IP address")).to_be_visible()
    await expect(as_jane.page.get_by_role("textbox", name="User")).to_have_value("jane")
    await as_jane.follow("Clear")
    assert "changed_by" not in as_jane.page.url
    assert "col=source" in as_jane.page.url


async def test_accounts_are_found_while_typing(as_jane: Visit) -> None:
    await as_jane.page.goto("/admin/accounts?sort=-created_at")
    await as_jane.page.get_by_role("searchbox").press_sequentially("jane@")
    row = as_jane.page.locator("#account-list tbody tr")
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("jane@example.com")
    await expect(as_jane.page).to_have_url(re.compile("q=jane%40"))
    await as_jane.follow("Compare")
    await (
        as_jane.page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Accounts").click()
    )
    await expect(row).to_have_count(1)
    assert "sort=-created_at" in as_jane.page.url


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-US"), ("dark", "de-DE")])
async def test_the_lists_of_auditors_are_accessible(
    window: OpenWindow, api: AskApi, theme: str, locale: str
) -> None:
    found: dict[tuple[str, object], Any] = {}
    async with window(color_scheme=theme, locale=locale) as visit:
        await visit.return_as(await api("jane"))
        for path in (
            "/audit?rows=25&col=source&col=request&col=outcome&action=created",
            "/audit?start_date=2026-02-02&end_date=2026-02-01",
            "/audit?changed_by=nobody-we-know",
            "/admin/accounts?state=active&col=left_at&col=state&col=user_id",
            "/admin/accounts?q=nobody-we-know",
            "/admin/accounts/compare",
        ):
            await visit.page.goto(path)
            found[path, "axe"] = await axe_findings(visit.page)
            for width in (390, 1440):
                await visit.page.set_viewport_size({"width": width, "height": 900})
                found[path, width] = await faults_of(visit.page)
        assert visit.complaints == []
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.without_scripts
async def test_the_pages_work_without_scripts(as_jane: Visit) -> None:
    await as_jane.page.goto("/audit")
    await as_jane.fill(changed_by="nobody-we-know")
    await as_jane.press("Search")
    await expect(as_jane.page.get_by_text("No entries match this search.")).to_be_visible()
    await as_jane.page.goto("/admin")
    await expect(as_jane.page.get_by_text("available", exact=True)).to_have_count(3)
    await as_jane.follow("Configuration")
    await expect(as_jane.region("Effective configuration")).to_contain_text("maxBudgetCeiling")
