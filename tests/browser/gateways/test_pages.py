"""The other pages on each gateway: home, usage, models, audit log, administration, sign-out."""

import csv
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import AskApi
from tests.browser.gateways.guests import Guest, House
from tests.browser.visit import Visit
from tests.browser.world import MARKUP
from tests.support.desk.desk import Visitor
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.making import Person as Account

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]

PATHS = (
    "/", "/keys", "/keys/new", "/usage", "/teams", "/teams/new", "/models", "/audit", "/admin",
    "/admin/provisioning", "/admin/accounts", "/admin/accounts/compare", "/admin/configuration",
)  # fmt: skip


async def test_a_new_person_finds_an_account_and_a_next_step(as_guest: Visit, guest: Guest) -> None:
    await expect(as_guest.page.get_by_role("heading", level=1)).to_contain_text(guest.name)
    await expect(as_guest.region("Your budget")).to_contain_text("$25.00 left")
    await expect(as_guest.region("Spend by day")).to_contain_text("No usage yet")
    await expect(as_guest.region("Needs attention")).to_contain_text("You have no keys yet")
    await expect(as_guest.region("Recent activity")).to_contain_text("Account created")
    await as_guest.page.goto("/usage")
    await expect(as_guest.page.get_by_text("No usage in this period.")).to_be_visible()
    answer = await as_guest.page.goto("/usage?start_date=2026-02-02&end_date=2026-02-01")
    assert answer is not None
    assert answer.status == 422


@pytest.mark.without_scripts
async def test_usage_is_a_table_and_a_download_without_scripts(
    as_guest: Visit, owner: Visitor, gateway: Gateway
) -> None:
    key = await owner.issue(unique("used"), models=["premium-xl"], max_budget=20.0)
    assert (await gateway.chat(key["key"], "premium-xl")).status == 200

    async def by_model() -> str:
        await as_guest.page.goto("/usage")
        region = as_guest.region("By model")
        return await region.inner_text() if await region.count() else ""

    await eventually(by_model, lambda said: "premium-xl" in said)
    await expect(as_guest.page.locator("[data-chart]").first).to_be_hidden()
    await expect(as_guest.region("By key")).to_contain_text(key["key_alias"])
    async with as_guest.page.expect_download() as coming:
        await as_guest.page.get_by_role("link", name="Download CSV: By key").click()
    rows = list(csv.DictReader((await (await coming.value).path()).read_text().splitlines()))
    assert [row["API key"] for row in rows] == [key["key_alias"]]
    assert float(rows[0]["Spend (USD)"]) > 0


async def test_the_models_page_shows_the_gateways_models_and_prices(
    as_guest: Visit, gateway: Gateway
) -> None:
    (known,) = [
        model["model_info"]
        for model in (await gateway.get("/model/info")).body["data"]
        if model["model_name"] == "premium-xl"
    ]
    await as_guest.page.goto("/models")
    price = f"${1_000_000 * known['input_cost_per_token']:,.2f}"
    await expect(as_guest.row("premium-xl").first).to_contain_text(price)
    await as_guest.page.get_by_label("Name or group").fill("no such model")
    await expect(as_guest.page.get_by_text("No models match this search.")).to_be_visible()


async def test_auditors_find_changes_sign_ins_and_sign_outs(
    as_manager: Visit, owner: Visitor, house: House
) -> None:
    key = await owner.issue(unique("audited"), rpm_limit=5)
    await owner.post(f"/keys/{key['token']}/update", rpm_limit=9)
    await as_manager.page.goto("/audit")
    await as_manager.fill(action="updated", table_name="API key", changed_by=owner.user_id)
    await as_manager.press("Search")
    await as_manager.page.get_by_text("Details").first.click()
    row = as_manager.page.locator(".difference").get_by_role("row").filter(has_text="rpm_limit")
    await expect(row.locator("del")).to_have_text("5")
    await expect(row.locator("ins")).to_have_text("9")
    await as_manager.press("Sign out")
    await as_manager.page.locator("button[value^='manager-']").last.click()
    await expect(as_manager.page.get_by_role("button", name="Sign out")).to_be_visible()
    await as_manager.page.goto("/audit?action=signed_out")
    await expect(as_manager.page.get_by_role("main")).to_contain_text("signed out")
    await expect(as_manager.page.get_by_role("main")).to_contain_text(house.run)


async def test_the_administration_page_shows_the_health(
    as_manager: Visit, guest: Guest, house: House
) -> None:
    await as_manager.page.goto("/admin")
    await expect(as_manager.page.get_by_text("available", exact=True)).to_have_count(3)
    await as_manager.follow("Provisioning")
    await as_manager.fill(user=guest.user_id)
    await as_manager.press("Preview person")
    await expect(as_manager.region("Effective settings")).to_contain_text("25")
    await as_manager.follow("Accounts")
    await as_manager.follow("Compare")
    await expect(as_manager.page.get_by_text("compared.").last).to_contain_text("difference")
    await as_manager.follow("Configuration")
    shown = as_manager.region("Effective configuration")
    await expect(shown).to_contain_text(house.managers)
    await expect(shown).to_contain_text("***")


async def test_other_people_see_who_can_open_these_pages(as_guest: Visit) -> None:
    for path in ("/audit", "/admin", "/admin/configuration"):
        answer = await as_guest.page.goto(path)
        assert answer is not None
        assert answer.status == 403
        await expect(as_guest.page.get_by_role("alert")).to_contain_text("litellm.")


async def test_every_page_opens(as_manager: Visit, manager: Guest, api: AskApi) -> None:
    """The visit must end without browser errors and foreign requests."""
    await (await api(manager.user_id)).issue(unique("seen"))
    for path in PATHS:
        answer = await as_manager.page.goto(path)
        assert (path, answer and answer.status) == (path, 200)
        await expect(as_manager.page.get_by_role("heading", level=1)).to_be_visible()


async def test_markup_in_names_is_escaped(
    as_guest: Visit, guest: Guest, make: Maker, owner: Visitor, gateway: Gateway
) -> None:
    account = Account(guest.user_id, "")
    mark = f"{guest.user_id} {MARKUP}"
    team = await make.team(team_alias=f"team {mark}", metadata={"cost_center": MARKUP})
    # LiteLLM invalidates its cached user when they join a team, but not when a team is created with them.
    joining: dict[str, Any] = {"team_id": team.team_id, "member": {"role": "user", "user_id": guest.user_id}}
    assert (await gateway.post("/team/member_add", **joining)).status == 200
    await make.key(account, team, key_alias=f"key {mark}", metadata={MARKUP: MARKUP}, duration="3d")
    for path in (
        "/",
        "/keys",
        "/keys/new",
        "/teams",
        f"/teams/{team.team_id}",
        f"/usage?team={team.team_id}",
    ):
        await as_guest.page.goto(path)
        assert await as_guest.page.evaluate("document.body.id") == ""
        assert await as_guest.page.locator("img:not([src^='/static/icon.'])").count() == 0
    await as_guest.page.goto("/keys")
    await expect(as_guest.row(f"key {mark}")).to_contain_text(f"team {mark}")
    await as_guest.page.get_by_role("link", name=f"Delete key {mark}", exact=True).click()
    dialog = as_guest.page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading")).to_contain_text(f"key {mark}")
    async with as_guest.page.expect_navigation():
        await dialog.get_by_role("button", name="Delete key").click()
    assert await owner.read("/keys") == []
