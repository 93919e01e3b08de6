"""The engine and the two ways to use it: reading and writing. Knows SQLite's and PostgreSQL's manners."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from keydesk.kit.deadline import remaining
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.lost_file import FileWatch
from keydesk.storage.patient_connection import patient_connection
from keydesk.storage.silence import STORAGE_FAILURES, PoolTimeout, Silence
from keydesk.storage.write_ahead import write_ahead

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}

__all__ = ["STORAGE_FAILURES", "Database"]


_RESERVE_SECONDS = 1.0
"""For what must be written even when the time is up: how a change ended."""


class Database:
    """One pool of connections; nothing is opened before the first use.

    Errors, which go to the log, do not say with which values they came about.
    """

    def __init__(self, settings: DatabaseSettings) -> None:
        url = _with_driver(make_url(settings.url.get_secret_value()))
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.file = Path(url.database) if self.is_sqlite and url.database else None
        """Where SQLite keeps it; None for PostgreSQL."""
        self._file_watch = FileWatch(self.file)
        self.engine = _sqlite_engine(url, settings) if self.is_sqlite else _postgres_engine(url, settings)
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        # SQLite is silent only while others write: whoever waits gets their turn.
        self._silence = nullcontext if self.is_sqlite else Silence(settings.timeout_seconds).heeded
        self._reader_places = asyncio.Semaphore(settings.pool_size)
        self._writer_places = asyncio.Semaphore(1) if self.is_sqlite else self._reader_places
        self._timeout_seconds = settings.timeout_seconds
        self._writer = _sqlite_engine(url, settings, pool_size=1) if self.is_sqlite else self.engine

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection for single reads, outside of any transaction."""
        with self._silence():
            async with self._connected(self._reader) as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at the end and rolled back on an exception.

        SQLite has one writer at a time and no queue: writers ask again and again, and the unlucky starve. So a
        process writes on one connection and stands in line for it in the pool. Never nest this.
        """
        with self._silence():
            async with self._connected(self._writer) as connection, connection.begin():
                yield connection

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """A connection of the pool. Nobody waits for one much longer than their request may still take."""
        places = self._writer_places if engine is self._writer else self._reader_places
        try:
            # Given up here and not in the pool: a checkout that is cancelled halfway loses its connection.
            async with asyncio.timeout(max(_RESERVE_SECONDS, remaining(self._timeout_seconds))):
                await places.acquire()
        except TimeoutError:
            raise PoolTimeout("no connection was free in time") from None
        try:
            self._file_watch.check()
            async with engine.connect() as connection:
                self._file_watch.opened()
                yield connection
        finally:
            places.release()

    async def check(self) -> None:
        """Raise one of STORAGE_FAILURES when the database does not answer."""
        async with self.reading() as connection:
            await connection.execute(text("select 1"))

    def connections(self) -> tuple[int, int]:
        """How many are in use by this process at the moment, and how many there may be."""
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
    return create_async_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=0,
        hide_parameters=True,
        pool_timeout=settings.timeout_seconds,
        pool_pre_ping=True,
        connect_args={
            # Half of the time: a lost connection is found out by waiting first, and the new one comes on top.
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
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        # The driver must not begin transactions by itself: it would begin them as readers, and a reader that
        # turns writer fails at once when another process wrote in between.
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
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
