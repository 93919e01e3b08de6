"""Rotating a key from its page: the question, the new secret once, and the end of the previous one."""

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import axe_findings, faults_of
from tests.browser.conftest import AskApi
from tests.browser.visit import Visit
from tests.browser.world import Newcomer
from tests.support.desk.desk import Visitor
from tests.support.upstream.gateway import Gateway

pytestmark = [pytest.mark.anyio, pytest.mark.real_chromium]


@pytest.fixture
async def owner(newcomer: Newcomer, api: AskApi) -> Visitor:
    return await api(newcomer.user_id)


@pytest.mark.without_scripts
async def test_a_key_is_rotated_and_its_previous_secret_ended(
    visit: Visit, owner: Visitor, gateway: Gateway
) -> None:
    issued = await owner.issue(owner.user_id)
    await visit.return_as(owner)
    await visit.page.goto(f"/keys/{issued['token']}")
    await visit.follow("Rotate")
    await visit.fill(overlap="1 hour")
    await visit.press("Rotate key")
    await expect(visit.page.get_by_role("heading", name=f"Key “{owner.user_id}” rotated")).to_be_visible()
    secret = await visit.page.get_by_label("API key", exact=True).input_value()
    assert [(await gateway.chat(each)).status for each in (issued["key"], secret)] == [200, 200]
    await visit.page.goto(f"/keys/{issued['token']}")
    assert not await visit.has_secret(secret)
    await expect(visit.region("Key")).to_contain_text("The previous secret works until")
    await visit.follow("End it now")
    await visit.press("End it now")
    await expect(visit.page.get_by_role("status").first).to_contain_text("Previous secret ended.")
    assert [(await gateway.chat(each)).status for each in (issued["key"], secret)] == [401, 200]


async def test_the_pages_are_accessible(visit: Visit, owner: Visitor, gateway: Gateway) -> None:
    issued = await owner.issue(owner.user_id)
    await visit.return_as(owner)
    await visit.page.goto(f"/keys/{issued['token']}")
    await visit.follow("Rotate", exact=True)
    await expect(visit.page.get_by_label("Keep the current secret valid for")).to_have_value("24h")
    assert [*await axe_findings(visit.page), *await faults_of(visit.page)] == []
    await visit.press("Rotate key")
    shown = visit.page.get_by_label("API key", exact=True)
    await expect(shown).to_be_visible()
    assert [*await axe_findings(visit.page), *await faults_of(visit.page)] == []
    assert (await gateway.chat(await shown.input_value())).status == 200
    await visit.page.goto(f"/keys/{issued['token']}")
    assert [*await axe_findings(visit.page), *await faults_of(visit.page)] == []
    await visit.page.get_by_role("link", name="End it now").click()
    await expect(visit.page.get_by_role("dialog").get_by_role("button", name="End it now")).to_be_visible()
