"""The policy for lifetimes in the browser: the dialog that extends a key, and keys that violate the policy."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from playwright.async_api import expect

from keydesk.app import create_app
from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import OpenWindow
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import open_desk
from tests.support.desk.later import Later
from tests.support.upstream.certificates import CERTIFICATES
from tests.support.upstream.gateway import gateway_of
from tests.support.upstream.making import Person
from tests.support.upstream.sandbox import sandbox_at
from tests.support.upstream.serving import served

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]
RULES = {"longest": "60d", "default": "7d", "rotate_every": "90d", "block_idle_after": "20d", "grace": "5d"}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Strict:
    """A Keydesk with a policy, and keys of Jane by what is wrong with them."""

    url: str
    keys: dict[str, str]


@pytest.fixture(scope="module")
async def strict(portal: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Strict]:
    """Keydesk at a time at which it has blocked one of the keys and warned about another one."""
    async with httpx2.AsyncClient(base_url=portal, timeout=60, verify=CERTIFICATES) as http:
        # Alembic cannot migrate two databases at the same time, and the portal migrates its own when it starts.
        await http.get("/sign-in")
    folder, clock = tmp_path_factory.mktemp("lifetimes"), Later()
    with ExitStack() as stack:
        upstream = stack.enter_context(sandbox_at(folder))
        settings = Surroundings(upstream, f"sqlite:///{folder / 'keydesk.db'}").settings(
            directory={"people": [{"ref": "jane", "display_name": "Jane Doe"}]},
            litellm={"key_lifetimes": RULES},
        )
        async with open_desk(settings, clock) as desk, gateway_of(upstream) as gateway:
            services = desk.app.state.services
            await services.leases.claim("job:apply-lifetimes", DAY)
            jane = await desk.sign_in("jane")
            idle = await jane.issue("idle-server", duration="60d")
            clock.by = 21 * DAY
            await services.apply_lifetimes.apply()
            owner: dict[str, Any] = {"user_id": Person("jane", "").user_id, "key_type": "llm_api"}
            endless = await gateway.post("/key/generate", key_alias="endless-server", **owner)
            clock.by = 27 * DAY
            await services.apply_lifetimes.apply()
            keys = {"blocked": idle["token"], "warned": services.keys.ids.of(endless.body["token"])}
            for name in ("light", "dark"):
                jane = await desk.sign_in("jane")
                keys[name] = (await jane.issue(f"laptop-{name}", duration="30d"))["token"]
        yield Strict(stack.enter_context(served(create_app(settings, clock=clock))), keys)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en-GB", ("blocked by policy", "violates policy")),
        ("de-DE", ("durch Regel gesperrt", "verletzt Regel")),
    ],
)
async def test_the_pages_about_lifetimes_are_accessible(
    window: OpenWindow, strict: Strict, theme: str, locale: str, words: tuple[str, str]
) -> None:
    blocked, warned = (f"/keys/{strict.keys[name]}" for name in ("blocked", "warned"))
    found: dict[tuple[str, int], list[Any]] = {}
    async with window(strict.url, color_scheme=theme, locale=locale) as visit:
        await visit.become("Jane Doe")
        for path, text in ((blocked, words[0]), (warned, words[1]), ("/keys?policy=violated", words[1])):
            await visit.page.goto(path)
            await expect(visit.page.get_by_text(text, exact=True).first).to_be_visible()
        for path in (blocked, warned, "/keys?policy=violated", f"{warned}/extend", "/keys/new"):
            await visit.page.goto(path)
            for width in (390, 1440):
                await visit.page.set_viewport_size({"width": width, "height": 900})
                found[path, width] = [*await axe_findings(visit.page), *await faults_of(visit.page)]
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_key_is_extended_in_the_dialog(window: OpenWindow, strict: Strict, theme: str) -> None:
    async with window(strict.url, color_scheme=theme) as visit:
        await visit.become("Jane Doe")
        page = visit.page
        await page.goto(f"/keys/{strict.keys[theme]}")
        await expect(visit.region("Key")).to_contain_text("in 3 days")
        await page.get_by_role("link", name="Extend").click()
        dialog = page.get_by_role("dialog", name="Extend")
        await expect(dialog.get_by_label("Expires in")).to_be_visible()
        offered = await dialog.get_by_label("Expires in").locator("option").all_inner_texts()
        assert offered[-1] == "60 days"
        assert "Never" not in offered
        assert await axe_findings(page) == []
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await page.get_by_role("link", name="Extend").click()
        await dialog.get_by_label("Expires in").select_option(label="60 days")
        async with page.expect_navigation():
            await dialog.get_by_role("button", name="Extend key").click()
        await expect(page.get_by_role("status").first).to_contain_text("Key extended.")
        # LiteLLM counts from its own time, which is 27 days earlier.
        await expect(visit.region("Key")).to_contain_text("in 33 days")


async def test_extending_a_key_that_was_blocked_for_no_use_lets_it_work_again(
    window: OpenWindow, strict: Strict
) -> None:
    async with window(strict.url) as visit:
        await visit.become("Jane Doe")
        await visit.page.goto(f"/keys/{strict.keys['blocked']}")
        await visit.page.get_by_role("link", name="Extend").click()
        dialog = visit.page.get_by_role("dialog")
        await dialog.get_by_label("Expires in").select_option(label="60 days")
        async with visit.page.expect_navigation():
            await dialog.get_by_role("button", name="Extend key").click()
        await expect(visit.region("Key").get_by_role("heading")).to_contain_text("active")
