"""The playground: streamed answers and their cost, from the gateway to the browser, without Keydesk seeing the key."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Desks, Newcomer
from tests.support.upstream.address import Upstream

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]
MESSAGE = "What is a virtual key?"
KEPT = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"


@pytest.fixture
async def secret(as_newcomer: Visit, newcomer: Newcomer, api: AskApi, upstream: Upstream) -> str:
    """The secret of a newcomer's key. The playground is open."""
    key: str = (await (await api(newcomer.user_id)).issue(newcomer.user_id))["key"]
    as_newcomer.gateway = upstream.url
    await as_newcomer.page.goto("/playground")
    return key


async def ask(visit: Visit, key: str, model: str = "gpt-4o-mini", other: str = "No other model") -> None:
    page = visit.page
    await page.get_by_label("Key", exact=True).fill(key)
    await page.get_by_label("Model", exact=True).select_option(label=model)
    await page.get_by_label("Compare with").select_option(label=other)
    await page.get_by_label("Message").fill(MESSAGE)
    await page.get_by_role("button", name="Send").click()


async def test_two_models_answer_side_by_side_with_their_cost(as_newcomer: Visit, secret: str) -> None:
    await ask(as_newcomer, secret, other="gpt-4o")
    for model in ("gpt-4o-mini", "gpt-4o"):
        answer = as_newcomer.region(model)
        await expect(answer).to_contain_text("Cost: $0.0")
        await expect(answer).to_contain_text("tokens out")
        assert await answer.locator(".answer").inner_text() != ""
    calls = [request for request in as_newcomer.requests if request.method == "POST"]
    sent: list[Any] = [request.post_data_json for request in calls if "/chat/completions" in request.url]
    assert [body["stream"] for body in sent] == [True, True]
    assert sorted(body["model"] for body in sent) == ["gpt-4o", "gpt-4o-mini"]


async def test_the_key_and_the_message_stay_between_browser_and_gateway(
    as_newcomer: Visit, secret: str, portal: str
) -> None:
    await ask(as_newcomer, secret)
    await expect(as_newcomer.region("gpt-4o-mini")).to_contain_text("Cost:")
    ours = [request for request in as_newcomer.requests if request.url.startswith(portal)]
    for request in ours:
        told = f"{request.url} {request.post_data} {request.headers}"
        assert secret not in told
        assert MESSAGE not in told
    assert secret not in await as_newcomer.page.evaluate(KEPT)
    await as_newcomer.page.goto("/models")
    await as_newcomer.page.go_back()
    await expect(as_newcomer.page.get_by_label("Key", exact=True)).to_have_value("")


async def test_mistakes_and_refusals_are_explained(
    as_newcomer: Visit, secret: str, upstream: Upstream
) -> None:
    answers = as_newcomer.page.locator("#answers")
    await ask(as_newcomer, "")
    await expect(answers).to_contain_text("Paste a key first.")
    await ask(as_newcomer, f"{secret}x")
    await expect(answers).to_contain_text("The gateway rejected the request with status 401.")
    await as_newcomer.page.route(f"{upstream.url}/**", lambda route: route.abort())
    await ask(as_newcomer, secret)
    await expect(answers).to_contain_text("Your browser could not reach the gateway.")
    await as_newcomer.page.unroute(f"{upstream.url}/**")
    as_newcomer.complaints.clear()


async def test_the_setting_removes_the_playground(desks: Desks, window: OpenWindow) -> None:
    async with window(desks.serve(playground=False)) as visit:
        await visit.become("Jane Doe")
        await expect(visit.page.get_by_role("link", name="Playground")).to_have_count(0)
        answer = await visit.page.goto("/playground")
        assert answer is not None
        assert answer.status == 404


@pytest.mark.without_scripts
async def test_without_scripts_the_page_leads_to_examples(as_jane: Visit) -> None:
    await as_jane.page.goto("/playground")
    await expect(as_jane.page.get_by_label("Key", exact=True)).to_be_hidden()
    await as_jane.follow("Show example requests instead")
    assert as_jane.page.url == f"{as_jane.origin}/models"


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-US"), ("dark", "de-DE")])
async def test_the_playground_is_accessible_and_fits(window: OpenWindow, theme: str, locale: str) -> None:
    found: dict[object, list[Any]] = {}
    async with window(color_scheme=theme, locale=locale) as visit:
        await visit.become("Jane Doe")
        await visit.page.goto("/playground")
        await visit.page.locator(".playground .primary").click()
        await expect(visit.page.locator("#answers")).to_contain_text("sk-")
        found["axe"] = await axe_findings(visit.page)
        for width in (390, 1440):
            await visit.page.set_viewport_size({"width": width, "height": 900})
            found[width] = await faults_of(visit.page)
    assert {where: faults for where, faults in found.items() if faults} == {}
