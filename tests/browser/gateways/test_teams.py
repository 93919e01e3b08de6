"""Managing teams in dialogs on each gateway."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import AskApi
from tests.browser.gateways.guests import Guest, House
from tests.browser.visit import Visit
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Team, unique
from tests.support.upstream.reading import team_of

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@pytest.fixture
async def team(manager: Guest, make: Maker, api: AskApi) -> Team:
    """A team created by the manager."""
    wanted = {"team_alias": unique("Search"), "models": ["gpt-4o"], "max_budget": 100.0}
    made = (await (await api(manager.user_id)).post("/teams", **wanted)).raise_for_status().json()
    make.team_ids.append(made["team_id"])
    return Team(made["team_id"], made["team_alias"])


@pytest.fixture
async def shelf(house: House, gateway: Gateway) -> AsyncIterator[None]:
    """A knowledge base and an MCP server in the allowlists."""
    name = house.handbook
    store = {"vector_store_id": name, "custom_llm_provider": "openai", "vector_store_name": name}
    server = {"server_id": house.search, "server_name": house.search, "alias": house.search}
    assert (await gateway.post("/vector_store/new", **store)).status == 200
    where = {"url": "http://127.0.0.1:9/mcp", "transport": "http"}
    assert (await gateway.post("/v1/mcp/server", **server, **where)).status == 201
    yield
    await gateway.post("/vector_store/delete", vector_store_id=name)
    await gateway.call("DELETE", f"/v1/mcp/server/{house.search}")


async def open_dialog(visit: Visit, link: str) -> Locator:
    await visit.page.get_by_role("link", name=link, exact=True).click()
    dialog = visit.page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading").first).to_be_visible()
    return dialog


async def test_a_team_is_created_updated_and_deleted(
    as_manager: Visit, make: Maker, gateway: Gateway
) -> None:
    alias = unique("Dialog")
    await as_manager.page.goto("/teams")
    dialog = await open_dialog(as_manager, "New team")
    await as_manager.fill(team_alias=alias, max_budget="100000")
    await dialog.get_by_role("checkbox", name="gpt-4o", exact=True).check()
    await dialog.get_by_role("button", name="Create team").click()
    await expect(dialog).to_contain_text("The budget is above the maximum for its period.")
    await as_manager.fill(max_budget="50")
    async with as_manager.page.expect_navigation(url="**/teams/*"):
        await dialog.get_by_role("button", name="Create team").click()
    team_id = as_manager.page.url.rpartition("/")[2].partition("?")[0]
    make.team_ids.append(team_id)
    await expect(as_manager.page.get_by_role("heading", level=1)).to_contain_text(alias)
    dialog = await open_dialog(as_manager, "Edit")
    await as_manager.fill(max_budget="75")
    async with as_manager.page.expect_navigation():
        await dialog.get_by_role("button", name="Save changes").click()
    assert (await team_of(gateway, Team(team_id, alias)))["max_budget"] == 75.0
    dialog = await open_dialog(as_manager, "Block")
    await expect(dialog).to_contain_text("No working key is affected.")
    async with as_manager.page.expect_navigation():
        await dialog.get_by_role("button", name="Block team").click()
    await expect(as_manager.region("Team")).to_contain_text("Requests with its keys are rejected")
    await as_manager.press("Unblock")
    dialog = await open_dialog(as_manager, "Delete")
    await expect(dialog).to_contain_text("This also deletes all keys of the team")
    async with as_manager.page.expect_navigation():
        await dialog.get_by_role("button", name="Delete team").click()
    assert (await gateway.get("/team/info", team_id=team_id)).status == 404


async def test_a_late_edit_shows_both_versions(
    as_manager: Visit, manager: Guest, api: AskApi, team: Team
) -> None:
    await as_manager.page.goto(f"/teams/{team.team_id}/edit")
    await as_manager.fill(max_budget="90")
    await (await api(manager.user_id)).patch(f"/teams/{team.team_id}", max_budget=120.0)
    await as_manager.page.get_by_role("button", name="Save changes").click()
    await expect(as_manager.region("Differences")).to_contain_text("120")
    await as_manager.follow("Edit the current values")
    await expect(as_manager.page.get_by_label("Budget (USD)")).to_have_value("120")


async def test_a_member_joins_uses_and_leaves_a_team(
    as_manager: Visit, guest: Guest, team: Team, api: AskApi, gateway: Gateway
) -> None:
    await as_manager.page.goto(f"/teams/{team.team_id}")
    dialog = await open_dialog(as_manager, "Add member")
    await dialog.get_by_label("Username").fill("nobody-we-know")
    await dialog.get_by_role("button", name="Add member").click()
    await expect(dialog).to_contain_text("The directory has no user with this name.")
    await dialog.get_by_label("Username").fill(guest.user_id)
    async with as_manager.page.expect_navigation():
        await dialog.get_by_role("button", name="Add member").click()
    key = await (await api(guest.user_id)).issue(unique("member"), team_id=team.team_id)
    assert (await gateway.chat(key["key"], "gpt-4o")).status == 200
    dialog = await open_dialog(as_manager, f"Remove {guest.name}")
    await expect(dialog).to_contain_text("This deletes their keys in this team")
    async with as_manager.page.expect_navigation():
        await dialog.get_by_role("button", name="Remove member").click()
    await expect(as_manager.region("Members")).not_to_contain_text(guest.user_id)
    assert (await gateway.chat(key["key"], "gpt-4o")).status == 401


@pytest.mark.usefixtures("shelf")
async def test_objects_of_a_team_are_added_and_removed(as_manager: Visit, house: House, team: Team) -> None:
    await as_manager.page.goto(f"/teams/{team.team_id}")
    for title, name in (("Knowledge bases", house.handbook), ("MCP servers", house.search)):
        for given in (True, False):
            dialog = await open_dialog(as_manager, f"Edit {title}")
            await dialog.get_by_label(name).set_checked(given)
            async with as_manager.page.expect_navigation():
                await dialog.get_by_role("button", name="Save changes").click()
            assert await as_manager.region(title).get_by_text(name).count() == int(given)


async def test_a_member_can_view_a_team_and_change_nothing(
    as_guest: Visit, guest: Guest, manager: Guest, team: Team, api: AskApi
) -> None:
    ref = f"user:default/{guest.user_id}"
    await (await api(manager.user_id)).post(f"/teams/{team.team_id}/members", userEntityRef=ref)
    await as_guest.page.goto("/teams")
    assert await as_guest.region("Teams I manage").count() == 0
    await as_guest.follow(team.alias)
    await expect(as_guest.region("Members")).to_contain_text(guest.user_id)
    for name in ("Edit", "Delete", "Add member"):
        assert await as_guest.page.get_by_role("link", name=name, exact=True).count() == 0
    await as_guest.page.goto(f"/usage?team={team.team_id}")
    await expect(as_guest.region("Totals")).to_contain_text(f"Team {team.alias}")
    answer = await as_guest.page.goto(f"/teams/{team.team_id}/edit")
    assert answer is not None
    assert answer.status == 403


@pytest.mark.without_scripts
async def test_teams_are_managed_on_pages_without_scripts(
    as_manager: Visit, guest: Guest, team: Team
) -> None:
    await as_manager.page.goto(f"/teams/{team.team_id}")
    await as_manager.follow("Add member")
    await as_manager.page.get_by_label("Username").fill(guest.user_id)
    await as_manager.press("Add member")
    await expect(as_manager.region("Members")).to_contain_text(guest.user_id)
    await as_manager.follow(f"Remove {guest.name}")
    await as_manager.press("Remove member")
    await as_manager.follow("Edit", exact=True)
    await as_manager.fill(max_budget="75")
    await as_manager.press("Save changes")
    await expect(as_manager.region("Team")).to_contain_text("$75.00 left")
    await as_manager.follow("Delete", exact=True)
    await as_manager.press("Delete team")
    await expect(as_manager.page.get_by_text("Team and its keys deleted.")).to_be_visible()
