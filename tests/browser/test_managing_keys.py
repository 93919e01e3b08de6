"""Blocking, unblocking and deleting keys from the list, without JavaScript."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import AskApi
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.support.desk.desk import Visitor
from tests.support.upstream.eventually import eventually
from tests.support.upstream.making import Maker
from tests.support.upstream.making import Person as Account

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium, pytest.mark.without_scripts]


@pytest.fixture
async def owner(newcomer: Newcomer, api: AskApi) -> Visitor:
    """A newcomer's API client, with one key."""
    owner = await api(newcomer.user_id)
    await owner.issue(newcomer.user_id)
    return owner


@pytest.fixture
async def row(visit: Visit, owner: Visitor) -> Locator:
    """Return the key's row in its owner's list."""
    await visit.return_as(owner)
    await visit.page.goto("/keys")
    return visit.row(owner.user_id)


async def test_a_key_is_blocked_and_unblocked(visit: Visit, owner: Visitor, row: Locator) -> None:
    await expect(row.locator(".tag")).to_have_text("active")
    await visit.press(f"Block {owner.user_id}")
    await expect(row.locator(".tag")).to_have_text("blocked")
    assert [key["blocked"] for key in await owner.read("/keys")] == [True]

    await expect(visit.page.get_by_role("status").first).to_contain_text("Key blocked.")
    await visit.page.reload()
    await visit.press(f"Unblock {owner.user_id}")
    await expect(row.locator(".tag")).to_have_text("active")
    assert [key["blocked"] for key in await owner.read("/keys")] == [False]


async def test_a_key_is_deleted_only_after_a_confirmation(visit: Visit, owner: Visitor, row: Locator) -> None:
    await visit.follow(f"Delete {owner.user_id}")
    await expect(visit.page.get_by_text(f"Delete “{owner.user_id}”?")).to_be_visible()
    await visit.follow("Cancel")
    assert len(await owner.read("/keys")) == 1

    await visit.follow(f"Delete {owner.user_id}")
    await visit.press("Delete key")
    await expect(row).to_have_count(0)
    assert await owner.read("/keys") == []


async def test_a_deletion_shows_that_the_key_is_in_use(visit: Visit) -> None:
    await visit.become("Bob Baker")
    await visit.page.goto("/keys")
    await visit.follow("Delete bob-ci")
    await expect(visit.page.get_by_role("main")).to_contain_text("This key is in use.")
    await expect(visit.page.get_by_role("main")).to_contain_text("requests in the last 7 days")


@pytest.mark.usefixtures("row")
async def test_only_changed_fields_are_sent(visit: Visit, owner: Visitor) -> None:
    await visit.follow(f"Edit {owner.user_id}")
    before = await owner.read("/keys")
    await visit.press("Save changes")
    assert await owner.read("/keys") == before

    await visit.follow(f"Edit {owner.user_id}")
    await visit.fill(alias=f"{owner.user_id} renamed", max_budget="7.5", duration="30 days")
    await visit.page.get_by_label("gpt-4o-mini").check()
    await visit.press("Save changes")
    (key,) = await owner.read("/keys")
    assert (key["key_alias"], key["max_budget"]) == (f"{owner.user_id} renamed", 7.5)
    assert key["models"] == ["gpt-4o-mini"]
    assert key["expires_at"] is not None
    assert (key["tpm_limit"], key["budget_duration"]) == (None, None)


@pytest.mark.usefixtures("row")
async def test_an_error_in_an_edit_is_marked(visit: Visit, owner: Visitor) -> None:
    await visit.follow(f"Edit {owner.user_id}")
    await visit.fill(alias="jane-laptop")
    assert (await visit.press("Save changes")).status == 400
    field = visit.page.get_by_label("Name", exact=True)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_value("jane-laptop")
    await expect(visit.page.get_by_role("alert")).to_contain_text("Nothing was changed.")


async def test_expired_keys_are_deleted_together(visit: Visit, make: Maker, newcomer: Newcomer) -> None:
    for name in ("one", "two"):
        await make.key(Account(newcomer.user_id, ""), key_alias=f"{newcomer.user_id} {name}", duration="1s")
    await visit.become(newcomer.name)
    await eventually(lambda: _expired(visit), lambda count: count == 2)
    await visit.follow("Delete 2 expired keys")
    await expect(visit.page.get_by_role("main")).to_contain_text(f"{newcomer.user_id} one")
    await visit.press("Delete keys")
    await expect(visit.page.get_by_text("You have no keys yet")).to_be_visible()


async def _expired(visit: Visit) -> int:
    await visit.page.goto("/keys")
    return await visit.page.locator(".tag.over").count()


async def test_a_deleted_key_is_explained(visit: Visit, owner: Visitor, row: Locator) -> None:
    (key,) = await owner.read("/keys")
    await owner.delete(f"/keys/{key['token']}")
    assert (await visit.press(f"Block {owner.user_id}")).status == 404
    await expect(visit.page.get_by_role("heading", level=1)).to_have_text("Not found")
    await visit.follow("Back")
    await visit.page.goto("/keys")
    await expect(row).to_have_count(0)


async def test_an_administrators_block_stays(visit: Visit) -> None:
    """An administrator blocked Bob's leaked key in LiteLLM."""
    await visit.become("Bob Baker")
    await visit.page.goto("/keys")
    assert (await visit.press("Unblock bob-leaked")).status == 403
    await expect(visit.page.get_by_role("main")).to_contain_text("An administrator blocked this key.")
    await visit.page.goto("/keys")
    await expect(visit.row("bob-leaked").locator(".tag")).to_have_text("blocked")
