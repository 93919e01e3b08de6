"""Puts a SQLite file into write-ahead mode, in which readers and a writer do not wait for each other.

A file stays in that mode, so only who opens a new one changes anything. Where somebody writes to it, or puts it into
that mode, at that moment, SQLite refuses at once instead of waiting (its `busy_timeout` does not count).
"""

import sqlite3
from datetime import timedelta

import aiosqlite
import stamina


async def write_ahead(connection: aiosqlite.Connection, timeout_seconds: float) -> None:
    """Raises sqlite3.OperationalError if others are in the way for longer than that."""
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
