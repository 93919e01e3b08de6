"""All connections in use: nobody stands in line for one much longer than their request may still take."""

from collections.abc import AsyncIterator

import anyio
import pytest
from sqlalchemy import text

from keydesk.kit.deadline import limited_to
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database, PoolTimeout

pytestmark = pytest.mark.anyio

POOL_SECONDS = 60.0
"""What somebody without a limit would wait."""
PATIENCE_SECONDS = 20.0
"""Far more than the second that every request has left for its records, on the busiest machine."""


@pytest.fixture
async def narrow(empty_database: str) -> AsyncIterator[Database]:
    """A database with a single connection to it."""
    settings = {"url": empty_database, "pool_size": 1, "timeout_seconds": POOL_SECONDS}
    database = Database(DatabaseSettings.model_validate(settings))
    yield database
    await database.close()


async def test_who_has_no_time_left_stands_in_line_for_a_moment_only(narrow: Database) -> None:
    async with narrow.writing():
        with anyio.fail_after(PATIENCE_SECONDS), limited_to(0.0), pytest.raises(PoolTimeout):
            async with narrow.writing():
                raise AssertionError("the only connection is in use")


async def test_a_crowd_that_gave_up_leaves_every_connection_usable(narrow: Database) -> None:
    given_up = 0

    async def give_up() -> None:
        nonlocal given_up
        with limited_to(0.0), pytest.raises(PoolTimeout):
            async with narrow.writing():
                raise AssertionError("the only connection is in use")
        given_up += 1

    async with narrow.writing():
        with anyio.fail_after(PATIENCE_SECONDS):
            async with anyio.create_task_group() as crowd:
                for _ in range(50):
                    crowd.start_soon(give_up)
    assert given_up == 50
    async with narrow.writing() as connection:
        assert (await connection.execute(text("select 1"))).scalar_one() == 1
    assert narrow.connections()[0] == 0
