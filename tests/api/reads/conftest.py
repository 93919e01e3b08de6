"""Keydesks that serve from the cache during a test."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
import stamina

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor, open_desk
from tests.support.desk.later import Later
from tests.support.desk.managing import TeamOffice
from tests.support.desk.people import Scene
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.making import Maker, maker_on, unique

FOR_LONG = {"fresh_seconds": 600.0, "stale_seconds": 600.0, "outage_seconds": 3600.0}
"""Long enough that only a change causes another read."""
CACHE = {"fresh_seconds": 5.0, "stale_seconds": 60.0, "outage_seconds": 3600.0}


@pytest.fixture(scope="session")
async def gateway(sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(sandbox) as gateway:
        yield gateway


@pytest.fixture
async def make(gateway: Gateway) -> AsyncIterator[Maker]:
    async with maker_on(gateway) as maker:
        yield maker


@pytest.fixture(autouse=True)
def _cache_is_trusted(no_open_intents: None) -> None:
    """Only what a test itself does makes Keydesk load again."""


@pytest.fixture
def remembering(desk_with: OpenDesk) -> OpenDesk:
    """Start a Keydesk with a cache."""

    def opened(**changes: Any) -> AbstractAsyncContextManager[Desk]:
        return desk_with(**{"cache": FOR_LONG, "usage": {"fresh_seconds": 300}} | changes)

    return opened


@pytest.fixture
def office(remembering: OpenDesk, scene: Scene, sign_in: SignIn, make: Maker) -> TeamOffice:
    return TeamOffice(remembering, scene, sign_in, make)


@pytest.fixture
def counted(control: SandboxControl) -> SandboxControl:
    control.forget()
    return control


@pytest.fixture
def one_attempt() -> Iterator[None]:
    """Failed calls of LiteLLM are not retried."""
    with stamina.set_testing(True, attempts=1):
        yield


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
async def jane(as_person: SignIn) -> Visitor:
    jane = await as_person("jane")
    await jane.issue(unique("laptop"))
    return jane


@pytest.fixture
def open_later(surroundings: Surroundings, scene: Scene, later: Later) -> OpenDesk:
    """Start a Keydesk with a cache and the test's clock."""

    def opened(**changes: Any) -> AbstractAsyncContextManager[Desk]:
        people = {"directory": {"people": scene.directory()}}
        return open_desk(surroundings.settings(**{"cache": CACHE} | people | changes), later)

    return opened
