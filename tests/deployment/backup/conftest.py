"""A sandbox, a place for Keydesk's state on either storage, and Keydesk with both."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.deployment.backup.places import Place, place_of
from tests.support.desk.office import Office, office_of
from tests.support.desk.storage import Storage
from tests.support.upstream.address import Upstream
from tests.support.upstream.gateway import Gateway, gateway_of
from tests.support.upstream.sandbox import sandbox_at


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Upstream]:
    with sandbox_at(tmp_path) as found:
        yield found


@pytest.fixture
async def gateway(sandbox: Upstream) -> AsyncIterator[Gateway]:
    async with gateway_of(sandbox) as found:
        yield found


@pytest.fixture
def place(storage: Storage, tmp_path: Path) -> Iterator[Place]:
    with place_of(storage, tmp_path) as found:
        yield found


@pytest.fixture
def office(sandbox: Upstream, place: Place, tmp_path: Path) -> Office:
    return office_of(sandbox, place.url, tmp_path)
