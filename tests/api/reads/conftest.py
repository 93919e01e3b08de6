"""Desks that serve from memory, for as long as a test takes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from tests.desk.desk import Desk, OpenDesk, SignIn
from tests.desk.managing import TeamOffice
from tests.desk.people import Scene
from tests.desk.sandbox_control import SandboxControl
from tests.upstream.address import Upstream
from tests.upstream.gateway import Gateway, gateway_of
from tests.upstream.making import Maker, maker_on

FOR_LONG = {"fresh_seconds": 600.0, "stale_seconds": 600.0, "outage_seconds": 3600.0}
"""Long enough that nothing but a change makes anybody look again."""


@pytest.fixture(scope="session")
async def gateway(sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(sandbox) as gateway:
        yield gateway


@pytest.fixture
async def make(gateway: Gateway) -> AsyncIterator[Maker]:
    async with maker_on(gateway) as maker:
        yield maker


@pytest.fixture
def remembering(desk_with: OpenDesk) -> OpenDesk:
    """Opens a desk that serves from memory."""

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
