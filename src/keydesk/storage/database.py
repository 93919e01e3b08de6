"""Database connections for reading and writing, with the specifics of SQLite and PostgreSQL."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiosqlite
import stamina
import structlog
from sqlalchemy import Executable, Table, event, make_url, text
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from keydesk.kit.deadline import remaining
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.sqlite_connection import connection_to

_log = structlog.get_logger(__name__)
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}

__all__ = ["STORAGE_FAILURES", "Database", "PoolTimeout"]

STORAGE_FAILURES = (OperationalError, InterfaceError, PoolTimeout)
"""The exceptions of an unavailable database, as opposed to programming errors."""
_FAIL_FAST_SECONDS = 2.0
_READING: dict[bool, dict[str, Any]] = {True: {"is_reader": True}, False: {"isolation_level": "AUTOCOMMIT"}}
"""The options of connections outside of transactions, with SQLite and without. SQLite's driver begins none itself."""
_RESERVE_SECONDS = 1.0
"""The time to record the outcome of a change after the deadline of its request."""


class Database:
    """A pool of connections. The first use opens the first connection.

    Error messages do not contain parameter values, because they are logged.
    """

    def __init__(self, settings: DatabaseSettings) -> None:
        url = _with_driver(make_url(settings.url.get_secret_value()))
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.file = Path(url.database) if self.is_sqlite and url.database else None
        """The path of SQLite's file, or None for PostgreSQL."""
        self._file_watch = FileWatch(self.file)
        self.engine = _sqlite_engine(url, settings) if self.is_sqlite else _postgres_engine(url, settings)
        self._reader = self.engine.execution_options(**_READING[self.is_sqlite])
        # SQLite times out only while another process writes. Waiting helps then, so SQLite has no guard.
        self._guard = nullcontext if self.is_sqlite else FailFast(settings.timeout_seconds).guard
        self._reader_slots = asyncio.Semaphore(settings.pool_size)
        self._writer_slots = asyncio.Semaphore(1) if self.is_sqlite else self._reader_slots
        self._timeout_seconds = settings.timeout_seconds
        self._writer = _sqlite_engine(url, settings, pool_size=1) if self.is_sqlite else self.engine

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection for single reads, outside of any transaction."""
        with self._guard():
            async with self._connected(self._reader) as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a transaction. It is committed at the end, or rolled back on an exception.

        SQLite allows one writer at a time and has no queue: writers retry, and some starve. Therefore a process writes
        on one connection and queues for it. Never nest this.
        """
        with self._guard():
            async with self._connected(self._writer) as connection, connection.begin():
                yield connection

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """Yield a connection from the pool. Wait for it at most as long as the request's deadline allows."""
        slots = self._writer_slots if engine is self._writer else self._reader_slots
        try:
            # Time out here and not in the pool, because cancelling a checkout leaks its connection.
            async with asyncio.timeout(max(_RESERVE_SECONDS, remaining(self._timeout_seconds))):
                await slots.acquire()
        except TimeoutError:
            raise PoolTimeout("no database connection became free in time") from None
        try:
            self._file_watch.check()
            async with engine.connect() as connection:
                self._file_watch.opened()
                yield connection
        finally:
            slots.release()

    async def run(self, statements: Iterable[Executable]) -> None:
        """Run the statements in a transaction of their own."""
        async with self.writing() as connection:
            for statement in statements:
                await connection.execute(statement)

    def insert_into(self, table: Table) -> PostgresInsert | SqliteInsert:
        """Return an INSERT that can define what happens on a conflict. Each database has its own syntax."""
        return sqlite_insert(table) if self.is_sqlite else postgres_insert(table)

    async def check(self) -> None:
        """Run a trivial query. Raises one of STORAGE_FAILURES if the database is unavailable."""
        async with self.reading() as connection:
            await connection.execute(text("select 1"))

    def connections(self) -> tuple[int, int]:
        """Return the number of connections in use by this process, and their limit."""
        pools = [engine.pool for engine in {self.engine, self._writer}]
        queues = [pool for pool in pools if isinstance(pool, QueuePool)]
        return sum(pool.checkedout() for pool in queues), sum(pool.size() for pool in queues)

    async def close(self) -> None:
        await self.engine.dispose()
        if self._writer is not self.engine:
            await self._writer.dispose()


def _with_driver(url: URL) -> URL:
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise ValueError("database.url: expected sqlite:///file or postgresql://host/name")
    return url.set(drivername=driver)


def _postgres_engine(url: URL, settings: DatabaseSettings) -> AsyncEngine:
    # psycopg takes a tenth of a second to import, and only PostgreSQL needs it.
    from keydesk.storage.patient_connection import patient_connection  # noqa: PLC0415 - see above

    return create_async_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=0,
        hide_parameters=True,
        pool_timeout=settings.timeout_seconds,
        pool_pre_ping=True,
        connect_args={
            # Half of the timeout: detecting a lost connection takes time before the new connection starts.
            "connect_timeout": max(2, round(settings.timeout_seconds / 2)),
            "async_creator_fn": patient_connection(settings.timeout_seconds).connect,
        },
    )


def _sqlite_engine(url: URL, settings: DatabaseSettings, pool_size: int | None = None) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size or settings.pool_size,
        max_overflow=0,
        hide_parameters=True,
        pool_timeout=settings.timeout_seconds,
        connect_args={"async_creator_fn": connection_to},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        # The driver must not begin transactions itself: it would begin them as readers.
        connection.isolation_level = None
        connection.run_async(lambda driver: write_ahead(driver, settings.timeout_seconds))
        cursor = connection.cursor()
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={int(settings.timeout_seconds * 1000)}",
        ):
            cursor.execute(f"pragma {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        if not connection.get_execution_options().get("is_reader"):
            connection.connection.driver_connection.begin()

    return engine


class FailFast:
    """Rejects calls for two seconds after the database timed out, so that they do not wait for a timeout as well.

    A failure counts as a timeout if it took `timeout_seconds`. An immediate error does not count.
    """

    def __init__(self, timeout_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._ends_at = float("-inf")

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Raise PoolTimeout while calls are rejected. Otherwise run the block."""
        begun = self._clock()
        if begun < self._ends_at:
            raise PoolTimeout("the database timed out less than two seconds ago")
        try:
            yield
        except STORAGE_FAILURES:
            now = self._clock()
            if now - begun >= self._timeout_seconds * 0.9:
                self._ends_at = now + _FAIL_FAST_SECONDS
            raise


_Identity = tuple[int, int]


class LostFileError(OperationalError):
    """SQLite's file was deleted or replaced. One of STORAGE_FAILURES."""

    def __init__(self) -> None:
        super().__init__(None, None, FileNotFoundError("the database file was deleted or replaced"))


class FileWatch:
    """Detects that SQLite's file is no longer the file that this process opened. Keydesk must then be restarted.

    On Unix, SQLite continues to use a file that was deleted or replaced. What it writes is lost, and the next
    connection creates an empty file. `file` is None for PostgreSQL.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known: _Identity | None = None
        self._is_lost = False

    def opened(self) -> None:
        """Record the identity of the file after the first connection has opened or created it."""
        if self._file is not None and self._known is None:
            self._known = _identity(self._file)

    def check(self) -> None:
        """Raise LostFileError if the file was deleted or replaced. Takes one `stat`, about a microsecond."""
        if self._file is None or self._known is None:
            return
        is_lost = _identity(self._file) != self._known
        if is_lost is not self._is_lost:
            self._is_lost = is_lost
            self._log_change()
        if is_lost:
            raise LostFileError

    def _log_change(self) -> None:
        if self._is_lost:
            remedy = (
                "Stop Keydesk, restore the file or a backup, and start Keydesk again (docs/how-to/backup.md)."
            )
            _log.critical("database_file_lost", file=str(self._file), remedy=remedy)
        else:
            _log.warning("database_file_back", file=str(self._file))


def _identity(file: Path) -> _Identity | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


async def write_ahead(connection: aiosqlite.Connection, timeout_seconds: float) -> None:
    """Enable SQLite's write-ahead log, with which readers and a writer do not block each other.

    The mode is stored in the file, so this changes only a new file. SQLite fails immediately if another process is
    writing: its `busy_timeout` does not apply. Raises sqlite3.OperationalError after `timeout_seconds`.
    """
    async for attempt in stamina.retry_context(
        on=_is_busy,
        attempts=None,
        timeout=timedelta(seconds=timeout_seconds),
        wait_initial=0.02,
        wait_max=0.5,
    ):
        with attempt:
            await connection.execute("pragma journal_mode=WAL")


def _is_busy(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY
