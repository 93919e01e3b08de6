"""The checklist of a first visit: its steps tick themselves, and it goes away when done or dismissed."""

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import AskApi, OpenWindow
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.support.upstream.gateway import Gateway

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]
STEPS = "First steps"


async def test_the_steps_follow_what_keydesk_knows(
    as_newcomer: Visit, newcomer: Newcomer, api: AskApi, gateway: Gateway
) -> None:
    steps = as_newcomer.region(STEPS)
    done = steps.get_by_role("img", name="Done")
    await expect(done).to_have_count(0)
    await expect(steps.get_by_role("link")).to_have_count(1)
    issued = await (await api(newcomer.user_id)).issue(newcomer.user_id)
    await as_newcomer.page.reload()
    await expect(done).to_have_count(1)
    await expect(steps.get_by_role("link", name="Test the key")).to_have_attribute(
        "href", f"/keys/{issued['token']}#test"
    )
    assert (await gateway.chat(issued["key"])).status == 200
    await expect(steps).to_have_count(0)


@pytest.mark.without_scripts
async def test_the_checklist_can_be_dismissed(as_newcomer: Visit) -> None:
    await as_newcomer.press("Dismiss")
    assert as_newcomer.page.url == f"{as_newcomer.origin}/"
    await expect(as_newcomer.region(STEPS)).to_have_count(0)


async def test_the_checklist_is_not_for_people_who_have_made_calls(as_jane: Visit) -> None:
    await expect(as_jane.region("Your budget")).to_be_visible()
    await expect(as_jane.region(STEPS)).to_have_count(0)


@pytest.mark.parametrize(("theme", "locale"), [("light", "en-US"), ("dark", "de-DE")])
async def test_a_first_visit_is_accessible(
    window: OpenWindow, newcomer: Newcomer, api: AskApi, theme: str, locale: str
) -> None:
    found = {}
    async with window(color_scheme=theme, locale=locale) as visit:
        await visit.return_as(await api(newcomer.user_id))
        for path in ("/", "/keys", "/usage", "/teams"):
            await visit.page.goto(path)
            found[path] = await axe_findings(visit.page)
            for width in (390, 1440):
                await visit.page.set_viewport_size({"width": width, "height": 900})
                found[path] += await faults_of(visit.page)
    assert {path: faults for path, faults in found.items() if faults} == {}
