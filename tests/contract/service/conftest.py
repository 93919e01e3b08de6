"""Keydesk with each gateway and storage, and its people."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor, open_desk
from tests.support.desk.managing import TeamOffice
from tests.support.desk.people import Scene
from tests.support.desk.storage import KEPT_IN, Storage, storage_named
from tests.support.desk.without_jobs import pytest_runtest_setup, pytest_runtest_teardown
from tests.support.upstream.address import Upstream
from tests.support.upstream.making import Maker

__all__ = ["pytest_runtest_setup", "pytest_runtest_teardown"]


@pytest.fixture(scope="session")
def storage(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    with storage_named(KEPT_IN[upstream.name], tmp_path_factory.mktemp("storage")) as found:
        yield found


@pytest.fixture(scope="session")
def surroundings(upstream: Upstream, storage: Storage) -> Iterator[Surroundings]:
    with storage.new_database() as database_url:
        yield Surroundings(upstream, database_url)


@pytest.fixture(scope="session")
async def desk(surroundings: Surroundings) -> AsyncIterator[Desk]:
    """The Keydesk of most tests."""
    async with open_desk(surroundings.settings()) as desk:
        yield desk


@pytest.fixture
def sign_in(desk: Desk, scene: Scene, make: Maker) -> SignIn:
    """Sign in a person of this test by name. Their account is deleted after the test."""

    async def signed_in(name: str) -> Visitor:
        make.user_ids.append(scene.user_id(name))
        return await desk.sign_in(scene.user_id(name))

    return signed_in


@pytest.fixture
def office(desk_with: OpenDesk, scene: Scene, sign_in: SignIn, make: Maker) -> TeamOffice:
    """Keydesks with team management. Their teams are deleted after the test."""
    return TeamOffice(desk_with, scene, sign_in, make)
