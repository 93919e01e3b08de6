"""Usage, teams, models, audit and administration pass axe-core and Keydesk's own checks, in both themes."""

from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import OpenWindow
from tests.browser.visit import Visit

pytestmark = [pytest.mark.anyio, pytest.mark.long, pytest.mark.real_chromium]

AUTHORIZATION = urlencode(
    {
        "response_type": "code",
        "client_id": "keydesk-cli",
        "redirect_uri": "http://127.0.0.1:50123/callback",
        "state": "s" * 24,
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
        "machine_name": "janes-very-long-machine-name.example.com",
    }
)
PATHS = (
    "/usage", "/usage?start_date=2020-01-01&end_date=2020-01-02",
    "/usage/calls", "/usage/calls?start_date=2026-02-02&end_date=2026-02-01", "/usage/calls?model=none",
    "/teams", "/teams/platform", "/teams/new", "/teams/platform/edit", "/teams/platform/delete",
    "/teams/platform/members/new", "/teams/platform/members/remove?member=bob", "/teams/platform/knowledge-bases",
    "/teams/none", "/teams/platform/statements", "/teams/platform/service-keys", "/teams/platform/service-keys/new",
    "/models", "/models?q=nothing", "/audit", "/audit?start_date=2026-02-02&end_date=2026-02-01",
    "/admin", "/admin/provisioning?user=newbie", "/admin/accounts", "/admin/accounts/compare", "/admin/keys?page=1",
    "/admin/adopt?page=1", "/admin/configuration", "/admin/statements", "/report-leak", "/requests",
    "/requests/new", "/machines", "/device", "/device?code=BCDF-GHJK", f"/oauth/authorize?{AUTHORIZATION}",
)  # fmt: skip
IN_DIALOGS = {
    "/teams": ("New team",),
    "/teams/platform": ("Edit", "Delete", "Add member", "Remove Bob Baker"),
    "/teams/platform/service-keys": ("New service key",),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_page_has_a_serious_accessibility_error(window: OpenWindow, theme: str) -> None:
    found: dict[tuple[str, object], list[Any]] = {}
    async with window(color_scheme=theme) as visit:
        await visit.become("Jane Doe")
        for path in PATHS:
            await visit.page.goto(path)
            for summary in await visit.page.locator("main summary").all():
                await summary.click()
            found[path, "axe"] = await axe_findings(visit.page)
            for width in (390, 1440):
                await visit.page.set_viewport_size({"width": width, "height": 900})
                found[path, width] = [*await faults_of(visit.page)]
        for path, names in IN_DIALOGS.items():
            for name in names:
                await visit.page.goto(path)
                await visit.page.get_by_role("link", name=name, exact=True).click()
                await visit.page.get_by_role("dialog").get_by_role("heading").wait_for()
                found[path, name] = await axe_findings(visit.page)
    assert {where: faults for where, faults in found.items() if faults} == {}


async def test_german_texts_fit_the_pages(window: OpenWindow) -> None:
    found: dict[tuple[str, int], list[str]] = {}
    async with window(locale="de-DE") as visit:
        await visit.become("Jane Doe")
        for path in ("/", "/keys", "/keys/new", *PATHS):
            await visit.page.goto(path)
            assert await visit.page.locator("html").get_attribute("lang") == "de"
            for width in (390, 1440):
                await visit.page.set_viewport_size({"width": width, "height": 900})
                found[path, width] = await faults_of(visit.page)
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.without_scripts
async def test_the_language_is_chosen_in_the_footer(as_jane: Visit) -> None:
    await as_jane.page.goto("/teams")
    await as_jane.press("Deutsch")
    await expect(as_jane.page.get_by_role("heading", name="Meine Teams")).to_be_visible()
    await as_jane.follow("Modelle")
    await as_jane.press("English")
    await expect(as_jane.page.get_by_role("heading", name="Models")).to_be_visible()
