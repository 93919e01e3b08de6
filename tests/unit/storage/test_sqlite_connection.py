"""The connection to SQLite below SQLAlchemy: one call to its thread for each statement."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from keydesk.storage.sqlite_connection import BufferedCursor, SqliteConnection, connection_to
from tests.unit.storage.conftest import opened

pytestmark = pytest.mark.anyio


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keydesk.db"


@pytest.fixture
async def connection(file: Path) -> AsyncIterator[SqliteConnection]:
    opened = connection_to(str(file), isolation_level=None, timeout=0.1)
    async with opened:
        await executed(opened, "create table things (id integer primary key, name text)")
        yield opened


async def executed(connection: SqliteConnection, statement: str, *parameters: object) -> BufferedCursor:
    cursor = await connection.cursor().__aenter__()
    await cursor.execute(statement, parameters)
    return cursor


async def test_rows_are_there_after_the_statement(connection: SqliteConnection) -> None:
    inserted = await executed(connection, "insert into things (name) values (?) returning id", "laptop")
    assert await inserted.fetchall() == [(1,)]
    found = await executed(connection, "select id, name from things")
    assert [column[0] for column in found.description or ()] == ["id", "name"]
    assert await found.fetchall() == [(1, "laptop")]


async def test_a_cursor_reports_changed_rows_and_the_last_id(connection: SqliteConnection) -> None:
    cursor = connection.cursor()
    await cursor.executemany("insert into things (name) values (?)", [("a",), ("b",)])
    assert (cursor.rowcount, cursor.description) == (2, None)
    added = await executed(connection, "insert into things (name) values ('c')")
    assert added.lastrowid == 3


async def test_a_transaction_begins_as_a_writer_with_its_first_statement(
    connection: SqliteConnection, file: Path
) -> None:
    connection.begin()
    assert not connection.in_transaction
    await executed(connection, "select 1")
    assert connection.in_transaction
    with closing(sqlite3.connect(file, timeout=0)) as other, pytest.raises(sqlite3.OperationalError):
        other.execute("begin immediate")


async def test_a_transaction_without_a_statement_never_begins(connection: SqliteConnection) -> None:
    for end in (connection.commit, connection.rollback):
        connection.begin()
        await end()
        await executed(connection, "select 1")
        assert not connection.in_transaction


async def test_a_rollback_undoes_and_a_commit_keeps(connection: SqliteConnection) -> None:
    for end, kept in ((connection.rollback, 0), (connection.commit, 1)):
        connection.begin()
        await executed(connection, "insert into things (name) values ('laptop')")
        await end()
        assert not connection.in_transaction
        counted = await executed(connection, "select count(*) from things")
        assert await counted.fetchall() == [(kept,)]


async def test_a_rollback_waits_for_a_cancelled_statement(connection: SqliteConnection) -> None:
    """The thread may begin the transaction only after the task was cancelled."""
    connection.begin()
    cancelled = asyncio.create_task(executed(connection, "insert into things (name) values ('laptop')"))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    await connection.rollback()
    counted = await executed(connection, "select count(*) from things")
    assert await counted.fetchall() == [(0,)]
    assert not connection.in_transaction


async def test_a_busy_file_fails_the_first_statement(connection: SqliteConnection, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin immediate")
        connection.begin()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            await executed(connection, "select 1")
        await connection.rollback()
    assert not connection.in_transaction


@pytest.fixture
def text_file(file: Path) -> Path:
    file.write_text("This is not a database, whatever its name says. " * 100)
    return file


async def test_a_file_that_is_no_database_leaves_no_thread(text_file: Path) -> None:
    before, database = set(threading.enumerate()), opened(f"sqlite:///{text_file}")
    failures = []  # keep the connections, so that the garbage collector does not end their threads
    for way in (database.reading, database.writing):
        with pytest.raises(DatabaseError, match="not a database") as failure:
            async with way():
                pass
        failures.append(failure)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()
    await database.close()
