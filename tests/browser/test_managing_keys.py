"""Blocking, unblocking and deleting keys from the list."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import AskApi
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.desk.desk import Visitor

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@pytest.fixture
async def owner(newcomer: Newcomer, api: AskApi) -> Visitor:
    """A newcomer, as the API sees them, with a key called as they are."""
    owner = await api(newcomer.user_id)
    await owner.issue(newcomer.user_id)
    return owner


@pytest.fixture
async def row(visit: Visit, owner: Visitor) -> Locator:
    """The key in the list of its owner."""
    await visit.return_as(owner)
    return visit.row(owner.user_id)


async def test_a_key_is_blocked_and_unblocked(visit: Visit, owner: Visitor, row: Locator) -> None:
    await expect(row.locator(".tag")).to_have_text("active")
    await visit.press(f"Block {owner.user_id}")
    await expect(row.locator(".tag")).to_have_text("blocked")
    assert [key["blocked"] for key in await owner.read("/keys")] == [True]

    await visit.page.reload()
    assert visit.page.url == f"{visit.origin}/"
    await visit.press(f"Unblock {owner.user_id}")
    await expect(row.locator(".tag")).to_have_text("active")
    assert [key["blocked"] for key in await owner.read("/keys")] == [False]


async def test_a_key_is_deleted_only_when_that_is_confirmed(
    visit: Visit, owner: Visitor, row: Locator
) -> None:
    asked = visit.page.get_by_text(f"Delete “{owner.user_id}”?")
    await expect(asked).to_be_hidden()
    await visit.page.get_by_role("button", name=f"Delete {owner.user_id}").click()
    await expect(asked).to_be_visible()
    await visit.page.get_by_role("button", name="Keep it").click()
    await expect(asked).to_be_hidden()
    assert len(await owner.read("/keys")) == 1

    await visit.page.get_by_role("button", name=f"Delete {owner.user_id}").click()
    await visit.press("Delete for good")
    await expect(row).to_have_count(0)
    assert await owner.read("/keys") == []


async def test_the_question_goes_away_with_escape(visit: Visit, owner: Visitor, row: Locator) -> None:
    button = row.get_by_role("button", name=f"Delete {owner.user_id}")
    await button.click()
    await visit.page.keyboard.press("Escape")
    await expect(visit.page.get_by_text(f"Delete “{owner.user_id}”?")).to_be_hidden()
    await expect(button).to_be_focused()


async def test_a_key_that_is_gone_already_is_explained(visit: Visit, owner: Visitor, row: Locator) -> None:
    (key,) = await owner.read("/keys")
    await owner.delete(f"/keys/{key['token']}")
    assert (await visit.press(f"Block {owner.user_id}")).status == 404
    await expect(visit.page.get_by_role("heading", level=1)).to_have_text("Not found")
    await visit.follow("Back to your keys")
    await expect(row).to_have_count(0)


async def test_an_administrators_block_stays(visit: Visit) -> None:
    """Bob's leaked key was blocked in LiteLLM, not by him."""
    await visit.become("Bob Baker")
    assert (await visit.press("Unblock bob-leaked")).status == 403
    await expect(visit.page.get_by_role("main")).to_contain_text("blocked by an administrator")
    await visit.follow("Back to your keys")
    await expect(visit.row("bob-leaked").locator(".tag")).to_have_text("blocked")
