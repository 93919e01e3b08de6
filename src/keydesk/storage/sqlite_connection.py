"""A connection to SQLite that runs each statement in one call to its thread.

aiosqlite runs every step of a cursor in the connection's thread: create, execute, fetch and close. A call to the thread
takes longer than a usual statement of Keydesk, so one call does all four, and a call without effect is left out.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self, TypeVar

import aiosqlite

_Row = tuple[Any, ...]
_T = TypeVar("_T")


class SqliteConnection(aiosqlite.Connection):
    """A drop-in replacement for aiosqlite's connection below SQLAlchemy. Its cursors cannot stream."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        # A process that ends without closing its connections does not wait for their threads.
        self._thread.daemon = True
        self._is_idle = True
        self._begins = False

    def cursor(self) -> "BufferedCursor":  # type: ignore[override]
        """Return a cursor. SQLAlchemy enters it before use."""
        return BufferedCursor(self)

    def begin(self) -> None:
        """Begin a transaction together with the next statement."""
        self._begins = True

    async def run(self, function: Callable[[sqlite3.Connection], _T]) -> _T:
        """Run the function in the connection's thread."""
        begins, self._begins = self._begins, False
        self._is_idle = False
        step = _as_writer if begins else _run
        result: _T = await self._execute(step, function, self._conn)  # type: ignore[no-untyped-call]
        self._is_idle = True
        return result

    async def commit(self) -> None:
        if self._has_work():
            await self.run(sqlite3.Connection.commit)

    async def rollback(self) -> None:
        if self._has_work():
            await self.run(sqlite3.Connection.rollback)

    def _has_work(self) -> bool:
        """Return whether a transaction is open, or may be: the thread still works after a cancelled call."""
        self._begins = False
        return self.in_transaction or not self._is_idle


def _run(function: Callable[[sqlite3.Connection], _T], raw: sqlite3.Connection) -> _T:
    return function(raw)


def _as_writer(function: Callable[[sqlite3.Connection], _T], raw: sqlite3.Connection) -> _T:
    # A transaction that begins as a reader fails immediately if another process wrote before its first change.
    raw.execute("BEGIN IMMEDIATE")
    return function(raw)


class BufferedCursor:
    """A cursor that has fetched all rows when the statement has run. It has what SQLAlchemy uses."""

    arraysize = 1

    def __init__(self, connection: SqliteConnection) -> None:
        self._connection = connection
        self._rows: list[_Row] = []
        self.description: Sequence[Any] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        await self._connection.run(lambda raw: self._fetch(raw.execute(statement, parameters)))

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> None:
        await self._connection.run(lambda raw: self._fetch(raw.executemany(statement, parameters)))

    async def fetchall(self) -> list[_Row]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []

    def _fetch(self, cursor: sqlite3.Cursor) -> None:
        self._rows = cursor.fetchall() if cursor.description else []
        self.description, self.rowcount, self.lastrowid = (
            cursor.description,
            cursor.rowcount,
            cursor.lastrowid,
        )
        cursor.close()


def connection_to(database: str, **options: Any) -> SqliteConnection:
    """Return a connection that opens when it is awaited. `options` are those of `sqlite3.connect`."""
    return SqliteConnection(lambda: sqlite3.connect(database, **options))
