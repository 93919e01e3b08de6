"""A Keydesk with team management and an audit group, and people at its portal, without a browser.

Olga manages the teams of the platform group and is an auditor, Carol manages those of the data group, and Jane and
Alice do neither.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.desk.configuring import Surroundings, merged
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.managing import DATA_TEAM, GRANTS, RULES
from tests.support.desk.people import PLATFORM_TEAM, Scene, Troupe
from tests.support.desk.portal import PortalVisitor, portal_client
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import unique

_GROUPS = {"olga": [PLATFORM_TEAM], "carol": [DATA_TEAM]}
AtPortal = Callable[[str], Awaitable[PortalVisitor]]
"""Signs in one of this test's people by name."""


def expected_of(page: str) -> str:
    """Return the time of the last change that the team's form contains."""
    return page.partition('name="expected" value="')[2].partition('"')[0]


@dataclass(frozen=True)
class Office:
    """The Keydesk under test, and its people at the portal."""

    desk: Desk
    scene: Scene
    stack: AsyncExitStack = field(repr=False)

    async def welcome(self, name: str) -> PortalVisitor:
        http = await self.stack.enter_async_context(portal_client(self.desk.app))
        visitor = PortalVisitor(http)
        await visitor.sign_in(self.scene.user_id(name))
        return visitor

    async def stranger(self) -> PortalVisitor:
        return PortalVisitor(await self.stack.enter_async_context(portal_client(self.desk.app)))

    async def team_of(self, manager: PortalVisitor, **fields: Any) -> str:
        """Return the id of a new team of the manager."""
        form = {"team_alias": unique("Search"), "models": ["gpt-4o"], "max_budget": "100"} | fields
        answer = await manager.post("/teams", at="/teams", **form)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].removeprefix("/teams/").partition("?")[0]


def settings_for_pages(surroundings: Surroundings, known: Scene | Troupe, **litellm: Any) -> Any:
    """Return the tests' configuration with managers and auditors among the known people.

    `litellm` changes that section.
    """
    people: list[dict[str, Any]] = [
        entry | {"groups": _GROUPS.get(entry["ref"].partition("/")[2].partition("-")[0], [])}
        for entry in known.directory()
    ]
    rules = {
        "team_admin": RULES | {"allow_team_delete": True, "object_permissions": {"enabled": True}},
        "audit": {"group": PLATFORM_TEAM},
        "key_generation": {"service_keys": True},
    }
    return surroundings.settings(litellm=merged(rules, litellm), grants=GRANTS, directory={"people": people})


@pytest.fixture(scope="session")
async def office_desk(surroundings: Surroundings) -> AsyncIterator[Desk]:
    async with open_desk(settings_for_pages(surroundings, surroundings.troupe)) as desk:
        yield desk


@pytest.fixture
async def office(office_desk: Desk, scene: Scene) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        yield Office(office_desk, scene, stack)


@pytest.fixture
async def olga(office: Office) -> PortalVisitor:
    return await office.welcome("olga")


@pytest.fixture
async def jane(office: Office) -> PortalVisitor:
    return await office.welcome("jane")


@pytest.fixture
async def gateway(sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(sandbox) as gateway:
        yield gateway


@pytest.fixture
async def owner(office: Office) -> Visitor:
    """Jane's API client, with an account."""
    visitor = await office.desk.sign_in(office.scene.user_id("jane"))
    await visitor.read("/user/info")
    return visitor
