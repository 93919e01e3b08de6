"""A message about what was done offers to undo it, with and without JavaScript."""

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import faults_of
from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.world import Newcomer

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@pytest.mark.parametrize(
    ("locale", "labels"),
    [("en", ("Block", "Undo")), ("de", ("Sperren", "Rückgängig machen"))],
    ids=["with scripts", "German without scripts"],
)
async def test_a_block_is_undone_from_its_message(
    window: OpenWindow, api: AskApi, newcomer: Newcomer, locale: str, labels: tuple[str, str]
) -> None:
    scripts = locale == "en"
    (block, undo), person = labels, await api(newcomer.user_id)
    key_id = (await person.issue(f"{newcomer.user_id} laptop"))["token"]
    async with window(java_script_enabled=scripts, locale=locale) as visit:
        await visit.return_as(person)
        await visit.page.goto("/keys")
        await visit.page.get_by_role("button", name=block).click()
        message = visit.page.locator(".flash")
        await expect(message.get_by_role("status")).to_be_visible()
        assert (await person.key(key_id))["blocked"] is True
        if scripts:  # axe is a script
            assert await faults_of(visit.page) == []
        assert visit.page.url == f"{visit.origin}/keys"
        await message.get_by_role("button", name=undo).click()
        await expect(visit.page.get_by_role("button", name=block, exact=False).first).to_be_visible()
        assert (await person.key(key_id))["blocked"] is False
        await visit.page.reload()
        await expect(message).to_have_count(0)
