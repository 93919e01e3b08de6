"""Keydesk with a Backstage or OpenID Connect issuer, a recorded LiteLLM, and a clock that tests advance.

The servers run for the whole session. Their content is new for every test.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from keydesk.settings import Settings
from tests.resilience.outages.town import POWER_USERS, PROVISIONING, Town
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, open_desk
from tests.support.peers import oidc
from tests.support.peers.backstage import CATALOG_TOKEN, ISSUER, Backstage
from tests.support.peers.litellm import RecordedLiteLLM, recorded_litellm
from tests.support.peers.oidc import Issuer
from tests.support.peers.server import Server, running_server
from tests.unit.auth.peers import StillClock

OpenedDesk = AbstractAsyncContextManager[Desk]
OpenDesk = Callable[[Settings], OpenedDesk]


@pytest.fixture(scope="session")
def litellm_server() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def backstage_servers() -> Iterator[tuple[Server, Server]]:
    with running_server() as backend, running_server() as catalog_backend:
        yield backend, catalog_backend


@pytest.fixture(scope="session")
def issuer_server() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
async def litellm(litellm_server: Server) -> AsyncIterator[RecordedLiteLLM]:
    async with recorded_litellm(litellm_server) as litellm:
        yield litellm


@pytest.fixture
def backstage(clock: StillClock, backstage_servers: tuple[Server, Server]) -> Backstage:
    """Jane's team is part of the power users; bob is in no group."""
    backstage = Backstage(clock, *backstage_servers)
    backstage.knows("jane", "prompt-team", email="jane@example.com", displayName="Jane Doe")
    backstage.knows("bob", email="bob@example.com", displayName="Bob")
    backstage.knows_group("prompt-team", POWER_USERS)
    backstage.knows_group(POWER_USERS)
    return backstage


@pytest.fixture
def issuer(clock: StillClock, issuer_server: Server) -> Issuer:
    return Issuer(clock, issuer_server)


@pytest.fixture
def settings_with(litellm: RecordedLiteLLM, tmp_path: Path) -> Callable[..., Settings]:
    """The configuration of all Keydesk instances of a test, which share a database. Arguments override it."""
    surroundings = Surroundings(litellm.upstream, f"sqlite:///{tmp_path / 'keydesk.db'}")

    def settings(**changes: Any) -> Settings:
        common = {"demo": {"enabled": False}, "grants": {}, "directory": {}}
        return surroundings.settings(**common | {"litellm": {"provisioning": PROVISIONING}} | changes)

    return settings


@pytest.fixture
def on_backstage(settings_with: Callable[..., Settings], backstage: Backstage) -> Settings:
    """Backstage signs people in, lists them and decides permissions."""
    return settings_with(
        identity={"backstage": {"base_url": backstage.url, "issuer": ISSUER}},
        directory={"backstage": {"base_url": backstage.catalog_url, "token": CATALOG_TOKEN}},
        permissions={"backstage": True},
    )


@pytest.fixture
def on_issuer(settings_with: Callable[..., Settings], issuer: Issuer) -> Settings:
    """An OpenID Connect issuer signs people in, and its tokens contain all claims."""
    return settings_with(
        identity={"oidc": [{"issuer": issuer.issuer, "audiences": [oidc.AUDIENCE]}]},
        directory={"claims": True},
    )


@pytest.fixture
def open_at(clock: StillClock) -> OpenDesk:
    """Start Keydesk with this test's clock."""
    return lambda settings: open_desk(settings, clock)


@pytest.fixture
async def at_backstage(
    on_backstage: Settings,
    open_at: OpenDesk,
    backstage: Backstage,
    litellm: RecordedLiteLLM,
    clock: StillClock,
) -> AsyncIterator[Town]:
    async with open_at(on_backstage) as desk:
        litellm.forget()
        yield Town(desk, litellm, clock, backstage.token_of)


@pytest.fixture
async def at_issuer(
    on_issuer: Settings, open_at: OpenDesk, issuer: Issuer, litellm: RecordedLiteLLM, clock: StillClock
) -> AsyncIterator[Town]:
    def token_of(name: str) -> str:
        return issuer.token_of(name, *([POWER_USERS] if name == "jane" else []))

    async with open_at(on_issuer) as desk:
        litellm.forget()
        yield Town(desk, litellm, clock, token_of)
