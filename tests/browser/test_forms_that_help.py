"""Forms say what policy allows while a person types, and keep what was typed when the session is gone."""

import sqlite3
from contextlib import closing

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Desks, Newcomer

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]
WARNING = "This budget is more than your account can spend."


def end_sessions(desks: Desks, person: Newcomer) -> None:
    """Delete the person's sessions, as after their expiry. The browser keeps its cookie."""
    for file in desks.folder.glob("*.db"):
        with closing(sqlite3.connect(file, timeout=30)) as connection, connection:
            connection.execute("delete from sessions where ref like ?", (f"%/{person.user_id}",))


async def test_a_budget_above_the_accounts_is_said_while_typing(as_jane: Visit) -> None:
    await as_jane.page.goto("/keys")
    await as_jane.page.get_by_role("link", name="New key", exact=True).click()
    dialog = as_jane.page.get_by_role("dialog")
    warning = dialog.get_by_role("status").filter(has_text=WARNING)
    await dialog.get_by_label("Budget (USD)").fill("1")
    await expect(warning).to_have_count(0)
    await dialog.get_by_label("Budget (USD)").fill("999999")
    await expect(warning).to_be_visible()
    assert await faults_of(as_jane.page) == []
    await dialog.get_by_label("Budget (USD)").fill("1")
    await expect(warning).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_form_comes_back_after_the_session_has_ended(
    window: OpenWindow, desks: Desks, newcomer: Newcomer, scripts: bool
) -> None:
    async with window(java_script_enabled=scripts) as visit:
        await visit.become(newcomer.name)
        await visit.page.goto("/keys/new")
        await visit.fill(alias="half written", max_budget="3.5")
        end_sessions(desks, newcomer)
        await visit.press("Create key")
        assert visit.page.url == f"{visit.origin}/sign-in?next=/keys/new"
        await expect(visit.page.get_by_role("status").filter(has_text="session has expired")).to_be_visible()
        await visit.press(newcomer.name)
        assert visit.page.url == f"{visit.origin}/keys/new"
        await expect(visit.page.get_by_label("Name", exact=True)).to_have_value("half written")
        await expect(visit.page.get_by_label("Budget (USD)")).to_have_value("3.5")
        if scripts:  # axe is a script
            assert await faults_of(visit.page) == []
