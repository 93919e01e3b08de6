"""The page of single calls and the limits of a key: how they are reached, filtered and read."""

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.support.upstream.address import Upstream
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import gateway_of

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


async def test_a_refused_call_is_explained_on_the_page_of_its_key(
    as_newcomer: Visit, newcomer: Newcomer, api: AskApi, upstream: Upstream
) -> None:
    person = await api(newcomer.user_id)
    issued = await person.issue(newcomer.user_id, max_budget=0.5)
    async with gateway_of(upstream) as gateway:
        for _ in range(2):
            await gateway.chat(issued["key"], "premium-xl")
    await eventually(
        lambda: person.read("/limits/explain", key=issued["token"]), lambda shown: not shown["works"]
    )
    await as_newcomer.page.goto(f"/keys/{issued['token']}")
    limits = as_newcomer.region("Limits").first
    await expect(limits).to_contain_text("LiteLLM refuses calls with this key. Used up: Budget of this key.")
    await limits.get_by_role("link", name="Calls with this key").click()
    calls = as_newcomer.region("List of calls")
    await expect(calls.get_by_role("row")).to_have_count(3)
    await expect(calls).to_contain_text("The budget of the key was used up.")
    await as_newcomer.page.get_by_role("combobox", name="Result", exact=True).select_option(
        label="Successful"
    )
    await as_newcomer.page.get_by_role("button", name="Search", exact=True).click()
    await expect(calls.get_by_role("row")).to_have_count(2)


@pytest.mark.without_scripts
async def test_without_scripts_the_page_is_reached_from_usage(as_jane: Visit) -> None:
    await as_jane.page.goto("/usage")
    await as_jane.follow("Calls", exact=True)
    await expect(as_jane.page.get_by_role("heading", level=1)).to_contain_text("Calls")
    await expect(as_jane.page.get_by_label("From (UTC)")).to_be_visible()


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-US"), ("dark", "de-DE")])
async def test_the_page_is_accessible_and_fits(window: OpenWindow, theme: str, locale: str) -> None:
    found: dict[object, list[object]] = {}
    async with window(color_scheme=theme, locale=locale) as visit:
        await visit.become("Jane Doe")
        for path in ("/usage/calls", "/usage/calls?team=platform", "/usage/calls?status=failure"):
            await visit.page.goto(path)
            found[path, "axe"] = [*await axe_findings(visit.page)]
            for width in (390, 1440):
                await visit.page.set_viewport_size({"width": width, "height": 900})
                found[path, width] = [*await faults_of(visit.page)]
    assert {where: faults for where, faults in found.items() if faults} == {}
