"""Pages that ask for newer figures cost LiteLLM nothing, except for a while after a key was created."""

from collections.abc import AsyncIterator

import pytest

from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.portal import PortalVisitor, portal_client
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.eventually import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("no_open_intents")]
ADDRESS = "/spend?account=true"


@pytest.fixture
async def caching_desk(desk_with: OpenDesk) -> AsyncIterator[Desk]:
    """A desk whose figures stay fresh for longer than a test."""
    async with desk_with(cache={"fresh_seconds": 300.0}, usage={"fresh_seconds": 300.0}) as desk:
        yield desk


@pytest.fixture
async def owner(caching_desk: Desk, as_person: SignIn) -> Visitor:
    return caching_desk.welcome(await as_person("jane"))


@pytest.fixture
async def page(caching_desk: Desk, owner: Visitor) -> AsyncIterator[PortalVisitor]:
    async with portal_client(caching_desk.app) as http:
        visitor = PortalVisitor(http)
        await visitor.sign_in(owner.user_id)
        yield visitor


async def test_fresh_figures_are_not_read_again(page: PortalVisitor, control: SandboxControl) -> None:
    await page.get("/")
    control.forget()
    assert (await page.get(ADDRESS)).status_code == 200
    assert control.calls() == []


async def test_after_a_key_was_created_figures_are_read_again_within_seconds(
    page: PortalVisitor, owner: Visitor, control: SandboxControl
) -> None:
    await owner.issue(f"{owner.user_id} own")
    await page.get("/")
    control.forget()

    async def calls_after_asking() -> set[str]:
        await page.get(ADDRESS)
        return set(control.calls())

    expected = {"GET /v2/user/info", "GET /key/list", "GET /user/daily/activity"}
    await eventually(calls_after_asking, lambda calls: calls >= expected)
