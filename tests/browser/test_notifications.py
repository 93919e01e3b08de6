"""People choose notifications and budget alerts, with and without JavaScript; the platform team sees previews."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import OpenWindow
from tests.browser.world import Desks
from tests.support.peers.smtp import MailServer, mail_server

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]
TEST = "Test of Keydesk notifications"
PATHS = (
    "/notifications",
    "/admin/notices?kind=key_leaked&language=de",
    "/admin/notices?kind=budget_threshold",
    "/teams/platform/alerts",
    "/admin/findings",
)


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as started:
        yield started


@pytest.fixture(scope="module")
def mailing_portal(desks: Desks, server: MailServer) -> str:
    address = {"host": "localhost", "port": server.port, "security": "none"}
    mail = {**address, "sender": "keydesk@example.com", "confirmed": True}
    slack = {"url": "https://hooks.slack.example/services/secret"}
    return desks.serve(notices={"mail": mail, "slack": slack})


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_a_choice_is_saved_and_a_test_arrives(
    window: OpenWindow, mailing_portal: str, server: MailServer, scripts: bool
) -> None:
    person = "Bob Baker" if scripts else "Alice Archer"
    async with window(mailing_portal, java_script_enabled=scripts) as visit:
        await visit.become(person)
        await visit.page.get_by_role("link", name="Notifications").click()
        box = visit.page.get_by_role("checkbox", name="A key was rotated: Email")
        await box.uncheck()
        await visit.page.get_by_role("button", name="Save choices").click()
        await expect(visit.page.get_by_text("Your choices are saved.")).to_be_visible()
        await expect(box).not_to_be_checked()
        await expect(visit.page.get_by_role("checkbox", name="A key was blocked: Email")).to_be_disabled()
        await visit.page.get_by_role("button", name="Send a test: Email").click()
        await expect(visit.page.get_by_text("The test was sent: Email.")).to_be_visible()
    address = f"{person.split(maxsplit=1)[0].lower()}@example.com"
    tests = [mail["To"] for mail in server.mailbox.mails if mail["Subject"] == TEST]
    assert tests.count(address) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
async def test_own_thresholds_are_saved(window: OpenWindow, mailing_portal: str, scripts: bool) -> None:
    async with window(mailing_portal, java_script_enabled=scripts) as visit:
        await visit.become("Bob Baker" if scripts else "Alice Archer")
        await visit.page.goto("/notifications#alerts")
        alerts = visit.region("Budget alerts")
        await alerts.get_by_role("checkbox", name="50%").check()
        await alerts.get_by_role("checkbox", name="95%").uncheck()
        await alerts.get_by_role("button", name="Save alerts").click()
        await expect(visit.page.get_by_text("Your budget alerts are saved.")).to_be_visible()
        await expect(alerts.get_by_role("checkbox", name="50%")).to_be_checked()
        await expect(alerts.get_by_role("checkbox", name="95%")).not_to_be_checked()
        await alerts.get_by_role("button", name="Use the defaults").click()
        await expect(alerts.get_by_role("checkbox", name="95%")).to_be_checked()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_pages_are_accessible_in_both_languages(
    window: OpenWindow, mailing_portal: str, theme: str
) -> None:
    found: dict[tuple[str, object], list[Any]] = {}
    for locale in ("en-US", "de-DE"):
        async with window(mailing_portal, color_scheme=theme, locale=locale) as visit:
            await visit.become("Jane Doe")
            for path in PATHS:
                await visit.page.goto(path)
                found[path, locale] = await axe_findings(visit.page)
                for width in (390, 1440):
                    await visit.page.set_viewport_size({"width": width, "height": 900})
                    found[f"{path} {locale}", width] = [*await faults_of(visit.page)]
    assert {where: faults for where, faults in found.items() if faults} == {}
