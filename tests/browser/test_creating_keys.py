"""Creating a key without JavaScript: the secret is shown once, works, and no form creates a key twice."""

import json
import shlex

import httpx2
import pytest
from playwright.async_api import expect

from tests.browser.conftest import AskApi
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.eventually import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium, pytest.mark.without_scripts]


async def run_curl(line: str) -> httpx2.Response:
    """Run the command line in a shell."""
    program, *words = shlex.split(line.replace("\\\n", ""))
    assert program == "curl"
    options = list(zip(words[1::2], words[2::2], strict=True))
    headers = dict(value.split(": ", 1) for name, value in options if name == "-H")
    (body,) = [value for name, value in options if name == "-d"]
    async with httpx2.AsyncClient(trust_env=False) as http:
        return await http.post(words[0], headers=headers, content=body)


async def shown_call(visit: Visit) -> str:
    return await visit.region("curl").inner_text()


async def test_a_new_key_has_the_requested_settings(
    as_newcomer: Visit, newcomer: Newcomer, api: AskApi
) -> None:
    await as_newcomer.page.goto("/keys/new")
    await as_newcomer.page.get_by_label("gpt-4o-mini").check()
    alias = f"{newcomer.user_id} laptop"
    secret = await as_newcomer.create_key(alias, max_budget="2.5", duration="90 days")
    await expect(as_newcomer.page.get_by_role("heading", level=1)).to_contain_text(alias)
    (key,) = await (await api(newcomer.user_id)).read("/keys")
    assert key["key_alias"] == alias
    assert key["max_budget"] == 2.5
    assert key["models"] == ["gpt-4o-mini"]
    assert key["key"].endswith(secret[-4:])
    await as_newcomer.follow("Done")
    await expect(as_newcomer.row(alias)).to_contain_text("$0.00 of $2.50")


async def test_the_code_example_works_and_its_cost_appears(as_newcomer: Visit, newcomer: Newcomer) -> None:
    alias = f"{newcomer.user_id} shell"
    await as_newcomer.create_key(alias)
    answer = await run_curl(await shown_call(as_newcomer))
    assert answer.status_code == 200, answer.text
    assert json.loads(answer.text)["choices"][0]["message"]["content"]

    await as_newcomer.follow("Done")

    async def row_after_reload() -> str:
        await as_newcomer.page.reload()
        return await as_newcomer.row(alias).inner_text()

    await eventually(row_after_reload, lambda row: "$0.00 " not in row)
    await as_newcomer.page.goto("/")

    async def spend_after_reload() -> str:
        await as_newcomer.page.reload()
        return await as_newcomer.region("Spend by day").inner_text()

    await eventually(spend_after_reload, lambda spend: "1 request" in spend)


async def test_the_code_example_uses_a_model_of_the_key(as_newcomer: Visit, newcomer: Newcomer) -> None:
    for model, path in (("text-embedding-3-small", "/v1/embeddings"), ("model ", "/v1/chat/completions")):
        await as_newcomer.page.goto("/keys/new")
        await as_newcomer.page.get_by_role("checkbox", name=model).check()
        await as_newcomer.create_key(f"{newcomer.user_id} {model}")
        call = await shown_call(as_newcomer)
        assert path in call
        answer = await run_curl(call)
        assert answer.status_code == 200, answer.text
        await as_newcomer.follow("Done")


async def test_a_secret_is_shown_once(as_newcomer: Visit, newcomer: Newcomer) -> None:
    secret = await as_newcomer.create_key(f"{newcomer.user_id} once")
    assert await as_newcomer.has_secret(secret)
    assert as_newcomer.page.url == f"{as_newcomer.origin}/keys"
    assert all(secret not in cookie["value"] for cookie in await as_newcomer.page.context.cookies())

    await as_newcomer.follow("Done")
    assert not await as_newcomer.has_secret(secret)
    await as_newcomer.page.go_back()
    assert as_newcomer.page.url == f"{as_newcomer.origin}/keys/new"
    assert not await as_newcomer.has_secret(secret)
    await as_newcomer.page.goto("/keys")
    assert not await as_newcomer.has_secret(secret)


async def test_reloading_the_page_creates_no_second_key(
    as_newcomer: Visit, newcomer: Newcomer, api: AskApi
) -> None:
    alias = f"{newcomer.user_id} reloaded"
    secret = await as_newcomer.create_key(alias)
    person = await api(newcomer.user_id)
    (key,) = await person.read("/keys")
    await as_newcomer.page.reload()
    assert as_newcomer.posted("/keys") == 2
    assert not await as_newcomer.has_secret(secret)
    await expect(as_newcomer.page.get_by_role("alert")).to_contain_text("already submitted")
    assert await person.read("/keys") == [key]


async def test_reloading_the_page_does_not_restore_a_deleted_key(
    as_newcomer: Visit, newcomer: Newcomer, api: AskApi
) -> None:
    await as_newcomer.create_key(f"{newcomer.user_id} deleted")
    person = await api(newcomer.user_id)
    (key,) = await person.read("/keys")
    assert (await person.delete(f"/keys/{key['token']}")).status_code == 200
    await as_newcomer.page.reload()
    assert as_newcomer.posted("/keys") == 2
    assert await person.read("/keys") == []


async def test_a_form_in_another_tab_needs_a_confirmation(
    as_newcomer: Visit, newcomer: Newcomer, api: AskApi
) -> None:
    """Both tabs contain the same form, so the second one asks for confirmation."""
    tab = await as_newcomer.page.context.new_page()
    await tab.goto("/keys/new")
    await as_newcomer.create_key(f"{newcomer.user_id} first")
    await tab.get_by_label("Name", exact=True).fill(f"{newcomer.user_id} second")
    await tab.get_by_role("button", name="Create key").click()
    await expect(tab.get_by_role("alert")).to_contain_text("in another tab")
    await tab.get_by_role("button", name="Create key").click()
    await expect(tab.get_by_label("API key", exact=True)).to_be_visible()
    assert len(await (await api(newcomer.user_id)).read("/keys")) == 2


async def test_a_secret_is_shown_even_if_litellm_fails_right_after(
    as_newcomer: Visit, newcomer: Newcomer, control: SandboxControl
) -> None:
    """The secret of an existing key must reach its owner."""
    with control.fault("/user/daily", error_rate=1):
        secret = await as_newcomer.create_key(f"{newcomer.user_id} lucky")
    assert secret.startswith("sk-")
