"""With all connections in use, a request waits for one only until its deadline."""

from collections.abc import AsyncIterator

import anyio
import pytest
from sqlalchemy import text

from keydesk.kit.deadline import limited_to
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database, PoolTimeout

pytestmark = pytest.mark.anyio

POOL_SECONDS = 60.0
"""The wait without a deadline."""
PATIENCE_SECONDS = 20.0
"""Much longer than the second that a request keeps for recording, even on a busy machine."""


@pytest.fixture
async def narrow(empty_database: str) -> AsyncIterator[Database]:
    """A database with a pool of one connection."""
    settings = {"url": empty_database, "pool_size": 1, "timeout_seconds": POOL_SECONDS}
    database = Database(DatabaseSettings.model_validate(settings))
    yield database
    await database.close()


async def test_a_request_past_its_deadline_waits_only_briefly(narrow: Database) -> None:
    async with narrow.writing():
        with anyio.fail_after(PATIENCE_SECONDS), limited_to(0.0), pytest.raises(PoolTimeout):
            async with narrow.writing():
                raise AssertionError("the only connection is in use")


async def test_timeouts_of_many_callers_leak_no_connection(narrow: Database) -> None:
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
