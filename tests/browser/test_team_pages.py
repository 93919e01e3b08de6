"""Viewing and managing teams, in dialogs with JavaScript and on pages without."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from keydesk.kit.labels import LABELS
from tests.browser.conftest import AskApi
from tests.browser.visit import Visit
from tests.browser.world import MARKUP
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@pytest.fixture
async def team_id(make: Maker, api: AskApi) -> str:
    """A team that only Jane manages."""
    answer = await (await api("jane")).post(
        "/teams", team_alias=unique("Search"), models=["gpt-4o"], max_budget=100.0
    )
    found: str = answer.raise_for_status().json()["team_id"]
    make.team_ids.append(found)
    return found


@pytest.fixture
async def handbook(gateway: Gateway) -> AsyncIterator[str]:
    """A knowledge base in the allowlist."""
    name = "handbook"
    await gateway.post(
        "/vector_store/new", vector_store_id=name, custom_llm_provider="openai", vector_store_name=name
    )
    yield name
    await gateway.post("/vector_store/delete", vector_store_id=name)


async def test_the_lists_show_member_and_managed_teams(as_jane: Visit) -> None:
    await as_jane.page.goto("/teams")
    await expect(as_jane.region("My teams").get_by_role("link", name="Platform")).to_be_visible()
    await expect(as_jane.region("Teams I manage")).to_contain_text("Research")
    await as_jane.region("My teams").get_by_role("link", name="Platform").click()
    await expect(as_jane.region("Members")).to_contain_text("bob@example.com")


async def test_a_member_sees_the_team_without_actions(visit: Visit, api: AskApi) -> None:
    await visit.return_as(await api("bob"))
    await visit.page.goto("/teams")
    assert await visit.region("Teams I manage").count() == 0
    await visit.follow("Platform")
    await expect(visit.page.get_by_role("heading", level=1)).to_contain_text("Platform")
    for name in ("Edit", "Delete", "Add member"):
        assert await visit.page.get_by_role("link", name=name).count() == 0


async def test_a_team_is_created_in_the_dialog_after_errors_are_corrected(
    as_jane: Visit, make: Maker
) -> None:
    alias = unique("Dialog")
    await as_jane.page.goto("/teams")
    await as_jane.page.get_by_role("link", name="New team").click()
    dialog = as_jane.page.get_by_role("dialog", name="New team")
    await expect(dialog).to_be_visible()
    await dialog.get_by_label("Name", exact=True).fill(alias)
    await dialog.get_by_label("Budget (USD)").fill("100000")
    await dialog.get_by_role("checkbox", name="gpt-4o", exact=True).check()
    await dialog.get_by_role("button", name="Create team").click()
    await expect(dialog).to_contain_text("The budget is above the maximum for its period.")
    await expect(dialog.get_by_label("Name", exact=True)).to_have_value(alias)
    await dialog.get_by_label("Budget (USD)").fill("50")
    async with as_jane.page.expect_navigation(url="**/teams/*"):
        await dialog.get_by_role("button", name="Create team").click()
    make.team_ids.append(as_jane.page.url.rpartition("/")[2].partition("?")[0])
    await expect(as_jane.page.get_by_role("status").first).to_contain_text("Team created.")
    await expect(as_jane.page.get_by_role("heading", level=1)).to_contain_text(alias)


async def test_closing_a_dialog_changes_nothing(as_jane: Visit, team_id: str) -> None:
    await as_jane.page.goto(f"/teams/{team_id}")
    for name in ("Edit", "Delete", "Add member"):
        await as_jane.page.get_by_role("link", name=name, exact=True).click()
        dialog = as_jane.page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        await dialog.get_by_role("link").last.click()
        await expect(dialog).to_be_hidden()
        await as_jane.page.get_by_role("link", name=name, exact=True).click()
        await expect(dialog.get_by_role("heading")).to_be_visible()
        await as_jane.page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()


async def test_a_late_edit_shows_both_versions(as_jane: Visit, api: AskApi, team_id: str) -> None:
    await as_jane.page.goto(f"/teams/{team_id}/edit")
    await as_jane.fill(max_budget="90")
    await (await api("jane")).patch(f"/teams/{team_id}", max_budget=120.0)
    await as_jane.page.get_by_role("button", name="Save changes").click()
    conflict = as_jane.region("Differences")
    await expect(conflict).to_contain_text("120")
    await expect(conflict).to_contain_text("90")
    await expect(as_jane.page.get_by_label("Budget (USD)")).to_have_value("90")
    await as_jane.follow("Edit the current values")
    await expect(as_jane.page.get_by_label("Budget (USD)")).to_have_value("120")


async def test_a_late_edit_in_a_dialog_can_be_saved_after_a_look_at_the_differences(
    as_jane: Visit, api: AskApi, team_id: str
) -> None:
    await as_jane.page.goto(f"/teams/{team_id}")
    await as_jane.page.get_by_role("link", name="Edit", exact=True).click()
    dialog = as_jane.page.get_by_role("dialog")
    await dialog.get_by_label("Budget (USD)").fill("90")
    await (await api("jane")).patch(f"/teams/{team_id}", max_budget=120.0)
    await dialog.get_by_role("button", name="Save changes").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("This team was changed by someone else.")
    await expect(dialog.get_by_role("region", name="Differences")).to_contain_text("120")
    await expect(dialog.get_by_label("Budget (USD)")).to_have_value("90")
    await dialog.get_by_role("button", name="Save changes").click()
    await expect(as_jane.page.get_by_role("status").first).to_contain_text("Team updated.")
    await as_jane.page.goto(f"/teams/{team_id}/edit")
    await expect(as_jane.page.get_by_label("Budget (USD)")).to_have_value("90")


async def test_members_are_added_and_removed_in_dialogs(as_jane: Visit, team_id: str) -> None:
    await as_jane.page.goto(f"/teams/{team_id}")
    await as_jane.page.get_by_role("link", name="Add member").click()
    dialog = as_jane.page.get_by_role("dialog")
    await dialog.get_by_label("Username").fill("nobody-we-know")
    await dialog.get_by_role("button", name="Add member").click()
    await expect(dialog).to_contain_text("The directory has no user with this name.")
    await dialog.get_by_label("Username").fill("carol")
    async with as_jane.page.expect_navigation():
        await dialog.get_by_role("button", name="Add member").click()
    await expect(as_jane.page.get_by_text("Member added.")).to_be_visible()
    await as_jane.page.get_by_role("link", name="Remove carol").click()
    await expect(dialog).to_contain_text("This deletes their keys in this team")
    async with as_jane.page.expect_navigation():
        await dialog.get_by_role("button", name="Remove member").click()
    await expect(as_jane.region("Members")).to_contain_text("No members yet.")


async def test_a_knowledge_base_is_added_and_removed(as_jane: Visit, team_id: str, handbook: str) -> None:
    await as_jane.page.goto(f"/teams/{team_id}")
    for given in (True, False):
        await as_jane.page.get_by_role("link", name="Edit Knowledge bases").click()
        dialog = as_jane.page.get_by_role("dialog")
        await dialog.get_by_label(handbook).set_checked(given)
        async with as_jane.page.expect_navigation():
            await dialog.get_by_role("button", name="Save changes").click()
        shown = as_jane.region("Knowledge bases").get_by_text(handbook)
        assert await shown.count() == int(given)


async def test_markup_in_a_name_is_escaped(as_jane: Visit, make: Maker) -> None:
    metadata = {"owning_group": "group:default/litellm-team-admins", LABELS: {"cost_center": MARKUP}}
    team = await make.team(team_alias=f"{unique('Odd')} {MARKUP}", models=["gpt-4o"], metadata=metadata)
    where = f"/teams/{team.team_id}"
    for path in (
        "/teams",
        where,
        f"{where}/edit",
        f"{where}/delete",
        f"/usage?team={team.team_id}",
        "/audit",
    ):
        await as_jane.page.goto(path)
        assert await as_jane.page.evaluate("document.body.id") == ""
    await as_jane.page.goto(where)
    await expect(as_jane.region("Team").get_by_text(MARKUP, exact=True)).to_be_visible()
    await as_jane.page.get_by_role("link", name="Edit", exact=True).click()
    await expect(as_jane.page.get_by_role("dialog")).to_be_visible()
    assert await as_jane.page.evaluate("document.body.id") == ""


@pytest.mark.without_scripts
async def test_teams_are_managed_on_pages_without_scripts(as_jane: Visit, team_id: str) -> None:
    await as_jane.page.goto(f"/teams/{team_id}")
    await as_jane.follow("Edit", exact=True)
    await as_jane.fill(max_budget="75")
    await as_jane.press("Save changes")
    await expect(as_jane.region("Team")).to_contain_text("$75.00 left")
    await as_jane.follow("Block", exact=True)
    await as_jane.press("Block team")
    await expect(as_jane.region("Team")).to_contain_text("Requests with its keys are rejected")
    await as_jane.press("Unblock")
    await as_jane.follow("Delete")
    await as_jane.press("Delete team")
    await expect(as_jane.page.get_by_text("Team and its keys deleted.")).to_be_visible()
