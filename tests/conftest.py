"""What tests of every level share: the event loop, the storages, the sample people, ways to open a desk.

Folders whose tests use a desk define `surroundings` (what is around it), `desk` and `sign_in` themselves.
"""

import gc
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import settings
from pydantic import SecretStr

from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database
from keydesk.storage.migrate import migrate
from keydesk.telemetry.logging import QUIET_LIBRARIES
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor, open_desk
from tests.support.desk.migrated import migrated
from tests.support.desk.people import Scene
from tests.support.desk.storage import STORAGES, Storage, storage_named

# The collection makes hardly any garbage, and looking for it takes a sixth of its time.
gc.disable()
# A slow machine is not a failure.
settings.register_profile("keydesk", deadline=None, max_examples=100)
settings.load_profile("keydesk")
LONG_FOLDERS = {"fuzz", "property", "resilience"}
"""The folders in which all tests have the mark `long`. The Makefile lists them too."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="update the expected responses and pages")


def pytest_collection_finish() -> None:
    """Leave out what the collection made when collecting garbage: it stays until the end."""
    gc.freeze()
    gc.enable()


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.path.relative_to(Path(__file__).parent).parts[0] in LONG_FOLDERS:
        item.add_marker(pytest.mark.long)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests first, so that no worker starts one when the others have nothing left to do."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """One event loop for the whole run, so that a desk outlives a single test. It is the loop of `keydesk serve`."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session", autouse=True)
def _plain_tracebacks() -> None:
    """structlog's own default draws every local variable of every frame, which takes seconds."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, plain]
    )


@pytest.fixture(autouse=True)
def _logging_is_restored() -> Iterator[None]:
    """Commands that run in this process configure it like their own."""
    root, libraries = logging.getLogger(), [logging.getLogger(name) for name in QUIET_LIBRARIES]
    handlers, levels = root.handlers, [(logger, logger.level) for logger in (root, *libraries)]
    yield
    root.handlers = handlers
    for logger, level in levels:
        if logger.level != level:
            logger.setLevel(level)


@pytest.fixture(scope="session", params=STORAGES)
def storage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    with storage_named(request.param, tmp_path_factory.mktemp("storage")) as found:
        yield found


@pytest.fixture
def empty_database(storage: Storage) -> Iterator[str]:
    """The URL of a database without tables, on either storage."""
    with storage.new_database() as url:
        yield url


@pytest.fixture
async def database(empty_database: str) -> AsyncIterator[Database]:
    """A database with the newest schema, on either storage."""
    database = Database(DatabaseSettings(url=SecretStr(migrated(empty_database))))
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
def scene(surroundings: Surroundings) -> Scene:
    """This test's own people."""
    return surroundings.troupe.next_scene()


@pytest.fixture
def desk_with(surroundings: Surroundings, scene: Scene) -> OpenDesk:
    """Opens another desk over the same gateway and database, with changes to its configuration.

    Its directory knows this test's people alone, unless the test says otherwise.
    """

    def opened(**changes: Any) -> AbstractAsyncContextManager[Desk]:
        directory = {"directory": {"people": scene.directory()}}
        return open_desk(surroundings.settings(**directory | changes))

    return opened


@pytest.fixture
def as_person(sign_in: SignIn) -> SignIn:
    """Signs in a person of this test who has an account already."""

    async def arrived(name: str) -> Visitor:
        visitor = await sign_in(name)
        await visitor.read("/user/info")
        return visitor

    return arrived
