"""A migrated database on each storage, and a clock that tests advance."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database
from keydesk.storage.migrate import migrate
from tests.support.desk.migrated import migrated


class ControlledClock:
    """Return the time."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock() -> ControlledClock:
    return ControlledClock()


@pytest.fixture
async def database(empty_database: str) -> AsyncIterator[Database]:
    database = opened(migrated(empty_database))
    await migrate(database)
    yield database
    await database.close()


@pytest.fixture
async def same_database(database: Database, empty_database: str) -> AsyncIterator[Database]:
    """The same database with another pool, as another replica opens it."""
    del database  # Only the migration is needed.
    other = opened(empty_database)
    yield other
    await other.close()


def opened(url: str) -> Database:
    return Database(DatabaseSettings.model_validate({"url": url}))
