"""Portals with one database whose people sign in at a provider, and a clock that tests advance."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.api.sign_in.person import AUDITORS, SignedInPerson
from tests.api.sign_in.terminal import Terminal
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import ADDRESS, Desk, open_desk
from tests.support.desk.later import Later
from tests.support.desk.portal import portal_client
from tests.support.peers.server import Server, running_server
from tests.support.peers.sign_in_provider import SignInProvider
from tests.support.upstream.address import Upstream

OpenPortal = Callable[..., AbstractAsyncContextManager[Desk]]
Arrive = Callable[[Desk], AbstractAsyncContextManager[SignedInPerson]]


@pytest.fixture(scope="session")
def provider_server() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture
def provider(provider_server: Server, clock: Later) -> SignInProvider:
    provider_server.start()
    return SignInProvider(provider_server, clock)


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    return tmp_path / "keydesk.db"


@pytest.fixture
def open_portal(sandbox: Upstream, provider: SignInProvider, clock: Later, database_file: Path) -> OpenPortal:
    """Start a replica; `sessions` are settings of `portal.sessions`, `machines` those of `portal.machines`."""
    surroundings = Surroundings(sandbox, f"sqlite:///{database_file}")

    def opened(
        limits: dict[str, Any] | None = None, machines: dict[str, Any] | None = None, **sessions: Any
    ) -> AbstractAsyncContextManager[Desk]:
        settings = surroundings.settings(
            demo={"enabled": False},
            directory={"claims": True},
            portal=provider.portal(ADDRESS, **sessions) | {"machines": machines or {}},
            litellm={"audit": {"group": f"group:default/{AUDITORS}"}},
            limits=limits or {},
        )
        return open_desk(settings, clock)

    return opened


@pytest.fixture
async def portal(open_portal: OpenPortal) -> AsyncIterator[Desk]:
    async with open_portal() as desk:
        yield desk


@pytest.fixture
async def other_replica(open_portal: OpenPortal) -> AsyncIterator[Desk]:
    async with open_portal() as desk:
        yield desk


@pytest.fixture
def arrive(provider: SignInProvider) -> Arrive:
    """A person with a browser at a replica, not signed in yet."""

    @asynccontextmanager
    async def arrived(desk: Desk) -> AsyncIterator[SignedInPerson]:
        async with portal_client(desk.app) as http:
            yield SignedInPerson(http, provider)

    return arrived


@pytest.fixture
async def jane(portal: Desk, arrive: Arrive) -> AsyncIterator[SignedInPerson]:
    """Jane, signed in."""
    async with arrive(portal) as jane:
        await jane.signs_in()
        yield jane


@pytest.fixture
def terminal(portal: Desk) -> Terminal:
    return Terminal(portal.http)


@pytest.fixture
async def carol(portal: Desk, arrive: Arrive) -> AsyncIterator[SignedInPerson]:
    async with arrive(portal) as carol:
        carol.name = "carol"
        await carol.signs_in()
        yield carol
