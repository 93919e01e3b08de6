"""Keys from creation to deletion, in dialogs, on each gateway."""

import shlex

import httpx2
import pytest
from playwright.async_api import Locator, expect

from tests.browser.gateways.guests import Guest
from tests.browser.visit import Visit
from tests.support.desk.desk import Visitor
from tests.support.upstream.address import Upstream
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, VirtualKey, token_of
from tests.support.upstream.making import Person as Account
from tests.support.upstream.reading import key_of

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


async def open_dialog(visit: Visit, link: str) -> Locator:
    await visit.page.goto("/keys")
    await visit.page.get_by_role("link", name=link, exact=True).first.click()
    dialog = visit.page.get_by_role("dialog")
    await expect(dialog.get_by_role("heading").first).to_be_visible()
    return dialog


async def create(visit: Visit, alias: str, *models: str, **fields: str) -> str:
    """Create a key in the dialog, which stays open. Return its secret."""
    dialog = await open_dialog(visit, "New key")
    for model in models:
        await dialog.get_by_role("checkbox", name=model, exact=True).check()
    await visit.fill(alias=alias, **fields)
    await dialog.get_by_role("button", name="Create key").click()
    shown = visit.page.get_by_label("API key", exact=True)
    await expect(shown).to_be_visible()
    return await shown.input_value()


async def run_curl(line: str) -> httpx2.Response:
    """Run the snippet in a shell."""
    _, url, *words = shlex.split(line.replace("\\\n", ""))
    options = list(zip(words[::2], words[1::2], strict=True))
    headers = dict(value.split(": ", 1) for name, value in options if name == "-H")
    (body,) = [value for name, value in options if name == "-d"]
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        return await http.post(url, headers=headers, content=body)


async def shown_with(visit: Visit, path: str, region: str, text: str) -> None:
    """Reload the page until its region shows the text: a gateway records spend after it responds."""

    async def reading() -> str:
        await visit.page.goto(path)
        return await visit.region(region).inner_text()

    await eventually(reading, lambda said: text in said)


async def test_a_key_works_and_its_cost_appears_on_every_page(as_guest: Visit, guest: Guest) -> None:
    alias = f"{guest.user_id} laptop"
    secret = await create(as_guest, alias, "premium-xl", max_budget="20")
    answer = await run_curl(await as_guest.region("curl").inner_text())
    assert answer.status_code == 200, answer.text
    await as_guest.follow("Done")
    assert not await as_guest.has_secret(secret)
    row = as_guest.row(alias)
    await expect(row).to_contain_text(f"sk-...{secret[-4:]}")
    await expect(row).to_contain_text("premium-xl")

    async def row_again() -> str:
        await as_guest.page.goto("/keys")
        return await row.inner_text()

    await eventually(row_again, lambda said: "$0.00 " not in said)
    await shown_with(as_guest, "/", "Spend by day", "1 request")
    await shown_with(as_guest, "/usage", "By key", alias)
    await expect(as_guest.page.locator("[data-chart]")).to_have_count(3)
    await expect(as_guest.region("By model")).to_contain_text("premium-xl")
    dialog = await open_dialog(as_guest, f"Delete {alias}")
    await expect(dialog).to_contain_text(
        "This key is in use. 1 request in the last 7 days. Models: premium-xl."
    )
    async with as_guest.page.expect_navigation():
        await dialog.get_by_role("button", name="Delete key").click()
    assert (await run_curl_with(answer)).status_code == 401


async def test_the_page_of_a_key_shows_its_first_request_and_its_history(
    as_guest: Visit, guest: Guest, owner: Visitor, gateway: Gateway
) -> None:
    alias = f"{guest.user_id} watched"
    issued = await owner.issue(alias, models=["gpt-4o-mini"], budget_duration="30d")
    await as_guest.page.goto("/keys")
    await as_guest.follow(alias, exact=True)
    await expect(as_guest.region("Usage")).to_contain_text("No usage in this period.")
    await gateway.chat(issued["key"])
    await expect(as_guest.region("By model")).to_contain_text("gpt-4o-mini")
    await expect(as_guest.page.locator("#budget")).to_contain_text("Resets")
    await expect(as_guest.region("History")).to_contain_text("Created by you")


async def test_the_browser_can_test_a_key_at_the_gateway(
    as_guest: Visit, guest: Guest, owner: Visitor, upstream: Upstream
) -> None:
    issued = await owner.issue(f"{guest.user_id} tested", models=["gpt-4o-mini"])
    as_guest.gateway = upstream.url
    await as_guest.page.goto(f"/keys/{issued['token']}")
    test = as_guest.region("Test this key").first
    await test.get_by_role("textbox").fill(issued["key"])
    await test.get_by_role("button", name="Send").click()
    await expect(test).to_contain_text("The key works.")


async def run_curl_with(answered: httpx2.Response) -> httpx2.Response:
    """Repeat the call."""
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        return await http.send(answered.request)


async def test_errors_are_shown_and_corrected_in_the_dialog(
    as_guest: Visit, guest: Guest, make: Maker
) -> None:
    taken = await make.key()
    dialog = await open_dialog(as_guest, "New key")
    await as_guest.fill(alias=taken.alias or "", max_budget="3")
    await dialog.get_by_role("button", name="Create key").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("No key was created.")
    await expect(dialog.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    await expect(dialog).to_contain_text("Someone else uses this name")
    await as_guest.fill(alias=f"{guest.user_id} corrected")
    await dialog.get_by_role("button", name="Create key").click()
    await expect(as_guest.page.get_by_label("API key", exact=True)).to_be_visible()
    await as_guest.follow("Done")
    await expect(as_guest.row(f"{guest.user_id} corrected")).to_contain_text("$0.00 of $3.00")


async def test_an_edit_applies_at_the_gateway(
    as_guest: Visit, guest: Guest, owner: Visitor, gateway: Gateway, make: Maker
) -> None:
    issued = await owner.issue(f"{guest.user_id} edited", models=["gpt-4o"])
    taken = await make.key()
    dialog = await open_dialog(as_guest, f"Edit {guest.user_id} edited")
    await as_guest.fill(alias=taken.alias or "")
    await dialog.get_by_role("button", name="Save changes").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("Nothing was changed.")
    await as_guest.fill(alias=f"{guest.user_id} renamed", max_budget="7.5", duration="30 days")
    await dialog.get_by_role("checkbox", name="gpt-4o-mini", exact=True).check()
    async with as_guest.page.expect_navigation():
        await dialog.get_by_role("button", name="Save changes").click()
    key = await key_of(gateway, VirtualKey(issued["key"], token_of(issued["key"]), None))
    assert (key["key_alias"], key["max_budget"]) == (f"{guest.user_id} renamed", 7.5)
    assert set(key["models"]) == {"gpt-4o", "gpt-4o-mini"}
    assert key["expires"] is not None


async def test_only_the_person_who_blocked_a_key_can_unblock_it(
    as_guest: Visit, guest: Guest, owner: Visitor, gateway: Gateway
) -> None:
    alias = f"{guest.user_id} blocked"
    secret = (await owner.issue(alias, models=["gpt-4o-mini"]))["key"]
    await as_guest.page.goto("/keys")
    state = as_guest.row(alias).locator(".tag")
    await as_guest.press(f"Block {alias}")
    await expect(state).to_have_text("blocked")
    assert (await gateway.chat(secret)).status == 401
    await as_guest.press(f"Unblock {alias}")
    await expect(state).to_have_text("active")
    assert (await gateway.post("/key/block", key=token_of(secret))).status == 200
    await as_guest.page.goto("/keys")
    assert (await as_guest.press(f"Unblock {alias}")).status == 403
    await expect(as_guest.page.get_by_role("main")).to_contain_text("An administrator blocked this key.")


async def test_expired_keys_are_deleted_together(
    as_guest: Visit, guest: Guest, owner: Visitor, make: Maker
) -> None:
    for name in ("one", "two"):
        await make.key(Account(guest.user_id, ""), key_alias=f"{guest.user_id} {name}", duration="1s")
    await owner.issue(f"{guest.user_id} kept")

    async def expired() -> int:
        await as_guest.page.goto("/keys")
        return await as_guest.page.locator(".tag.over").count()

    await eventually(expired, lambda count: count == 2)
    dialog = await open_dialog(as_guest, "Delete 2 expired keys")
    async with as_guest.page.expect_navigation():
        await dialog.get_by_role("button", name="Delete keys").click()
    await expect(as_guest.page.locator("#key-list tbody tr")).to_have_count(1)
    await expect(as_guest.row(f"{guest.user_id} kept")).to_be_visible()


async def test_keys_are_searched_and_sorted(as_guest: Visit, guest: Guest, owner: Visitor) -> None:
    for name in ("alpha", "beta"):
        await owner.issue(f"{guest.user_id} {name}")
    await as_guest.page.goto("/keys")
    names = as_guest.page.locator("#key-list .name")
    await as_guest.follow("Name", exact=True)
    one = await names.all_inner_texts()
    await as_guest.follow("Name", exact=True)
    assert await names.all_inner_texts() == one[::-1]
    await as_guest.page.get_by_role("searchbox").press_sequentially("alph")
    await expect(as_guest.page.locator("#key-list tbody tr")).to_have_count(1)
    await as_guest.page.get_by_role("searchbox").fill("nothing like it")
    await expect(as_guest.region("Your keys")).to_contain_text("No keys match")


@pytest.mark.without_scripts
async def test_everything_works_on_pages_without_scripts(
    as_guest: Visit, guest: Guest, gateway: Gateway
) -> None:
    alias = f"{guest.user_id} plain"
    await as_guest.page.goto("/keys/new")
    await as_guest.page.get_by_label("gpt-4o-mini").check()
    secret = await as_guest.create_key(alias, max_budget="2.5", duration="90 days")
    assert (await gateway.chat(secret)).status == 200
    await as_guest.follow("Done")
    await as_guest.follow(f"Edit {alias}")
    await as_guest.fill(max_budget="4")
    await as_guest.press("Save changes")
    await expect(as_guest.row(alias)).to_contain_text("of $4.00")
    await as_guest.press(f"Block {alias}")
    await expect(as_guest.row(alias).locator(".tag")).to_have_text("blocked")
    await as_guest.follow(f"Delete {alias}")
    await as_guest.follow("Cancel")
    await as_guest.follow(f"Delete {alias}")
    await as_guest.press("Delete key")
    await expect(as_guest.page.get_by_text("You have no keys yet")).to_be_visible()
    assert (await gateway.chat(secret)).status == 401
