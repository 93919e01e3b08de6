"""Names that contain markup are escaped everywhere."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.browser.visit import Visit
from tests.browser.world import MARKUP
from tests.support.upstream.making import Maker
from tests.support.upstream.making import Person as Account

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@pytest.fixture
async def visit_of_mallory(visit: Visit, make: Maker) -> AsyncIterator[Visit]:
    """Mallory's name, address, team, key and model contain markup. The window records scripts that ran."""
    await visit.become("Mallory")
    team = await make.team(Account("mallory", ""), team_alias=f"team {MARKUP}")
    await make.key(
        Account("mallory", ""),
        team,
        key_alias=f"key {MARKUP}",
        models=[f"model {MARKUP}"],
        metadata={f"name {MARKUP}": MARKUP},
        duration="3d",
    )
    await visit.page.goto("/keys")
    yield visit
    assert visit.page.url.startswith(visit.origin)


async def assert_inert(visit: Visit) -> None:
    assert await visit.page.locator("img:not([src^='/static/icon.'])").count() == 0
    assert await visit.page.evaluate("document.body.id") == ""
    assert await visit.page.locator("b").count() == 0
    assert not any("markup" in request.url for request in visit.requests)


async def test_a_persons_name_and_address(visit: Visit) -> None:
    await visit.page.goto("/sign-in")
    await assert_inert(visit)
    await expect(visit.page.get_by_text(f"Mallory {MARKUP}", exact=True)).to_be_visible()
    await expect(visit.page.get_by_text(f"{MARKUP}@example.com", exact=True)).to_be_visible()


async def test_account_teams_keys_and_models(visit_of_mallory: Visit) -> None:
    await assert_inert(visit_of_mallory)
    row = visit_of_mallory.row(f"key {MARKUP}")
    await expect(row).to_contain_text(f"team {MARKUP}")
    await expect(row).to_contain_text(f"model {MARKUP}")
    await visit_of_mallory.page.goto("/")
    await assert_inert(visit_of_mallory)
    for text in (f"Mallory {MARKUP}", f"{MARKUP}@example.com", f"team {MARKUP}", f"key {MARKUP}"):
        await expect(visit_of_mallory.page.get_by_role("main")).to_contain_text(text)
    await visit_of_mallory.page.goto("/keys/new")
    await assert_inert(visit_of_mallory)
    form = visit_of_mallory.region("New key")
    await expect(form.get_by_role("option", name=f"team {MARKUP}", exact=True)).to_be_attached()
    await expect(form.get_by_role("checkbox", name=f"model {MARKUP}", exact=True)).to_be_visible()


async def test_an_invalid_form_and_a_new_key(visit_of_mallory: Visit) -> None:
    alias = f"key {MARKUP}"
    await visit_of_mallory.page.goto("/keys/new")
    await visit_of_mallory.fill(alias=alias)
    await visit_of_mallory.page.get_by_role("button", name="Create key").click()
    await expect(visit_of_mallory.page.get_by_role("alert")).to_be_visible()
    await assert_inert(visit_of_mallory)
    await expect(visit_of_mallory.page.get_by_label("Name", exact=True)).to_have_value(alias)

    await visit_of_mallory.fill(alias=f"new {MARKUP}")
    await visit_of_mallory.page.get_by_role("button", name="Create key").click()
    await expect(visit_of_mallory.page.get_by_label("API key", exact=True)).to_be_visible()
    await assert_inert(visit_of_mallory)
    await expect(visit_of_mallory.page.get_by_role("heading", level=1)).to_contain_text(f"new {MARKUP}")


async def test_the_confirmation_of_a_deletion(visit_of_mallory: Visit) -> None:
    await visit_of_mallory.row(f"key {MARKUP}").get_by_role("link", name="Delete").click()
    await expect(visit_of_mallory.page.get_by_text(f"Delete “key {MARKUP}”?")).to_be_visible()
    await assert_inert(visit_of_mallory)
