"""A new SQLite file switches to the write-ahead log although other processes use it."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import aiosqlite
import pytest

from keydesk.storage.database import write_ahead

pytestmark = pytest.mark.anyio
PATIENT, IMPATIENT = 30.0, 0.3


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new.db"


async def mode_of(connection: aiosqlite.Connection) -> str:
    async with connection.execute("pragma journal_mode") as cursor:
        row = await cursor.fetchone()
    assert row is not None
    return str(row[0])


async def test_it_waits_for_another_writer(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin immediate")
        async with aiosqlite.connect(file) as connection:
            switching = asyncio.create_task(write_ahead(connection, PATIENT))
            await asyncio.sleep(0.1)
            assert not switching.done()
            other.execute("commit")
            await switching
            assert await mode_of(connection) == "wal"


async def test_it_times_out(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin immediate")
        async with aiosqlite.connect(file) as connection:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                await write_ahead(connection, IMPATIENT)
