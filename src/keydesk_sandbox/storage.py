"""The sandbox's database: one SQLite connection on its own thread, so writers never interleave."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from keydesk_sandbox.tables import ADDED, SCHEMA

Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]


class Store:
    """Runs units of work one after the other, each in a transaction.

    The work is plain synchronous code: one hop to the thread a request, whatever the number of statements.
    A file is opened in WAL mode; writers take `BEGIN IMMEDIATE`, so that other processes are kept out too.
    """

    def __init__(self, database: Path | str) -> None:
        self._database = str(database)
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None
        # Not asyncio's lock, because the seeding code and the server can run in different event loops.
        self._starting = threading.Lock()

    async def open(self) -> None:
        """Create missing tables. A second call does nothing."""
        with self._starting:
            if self._thread is None:
                self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sandbox-db")
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connect)

    async def close(self) -> None:
        """Close the connection and its thread. A database in memory is deleted."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.get_running_loop().run_in_executor(thread, self._disconnect)
            thread.shutdown(wait=True)

    async def write(self, work: Work[Result]) -> Result:
        """Run `work` in a writing transaction. Any exception rolls it back and is raised again."""
        return await self._run(work, "BEGIN IMMEDIATE")

    async def read(self, work: Work[Result]) -> Result:
        """Run `work` in a read-only transaction."""
        return await self._run(work, "BEGIN")

    async def _run(self, work: Work[Result], begin: str) -> Result:
        if self._connection is None:
            await self.open()
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work, begin)

    def _transact(self, work: Work[Result], begin: str) -> Result:
        connection = self._connection
        if connection is None:
            raise RuntimeError("the sandbox database is closed")
        connection.execute(begin)
        try:
            result = work(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return result

    def _connect(self) -> None:
        if self._connection is not None:
            return
        connection = sqlite3.connect(self._database, isolation_level=None, timeout=10)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(SCHEMA)
        for statement in ADDED:
            with suppress(sqlite3.OperationalError):
                connection.execute(statement)
        self._connection = connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
