"""Sends invalidation messages on a separate connection, so that they do not wait for the pool. Does not listen.

Messages are sent one after another. If one times out, for example because the network drops all packets, those that
were queued behind it fail as well, because they have waited as long.
"""

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import Any

from psycopg import AsyncConnection, OperationalError

from keydesk.storage.patient_connection import patient_connection

_TIMEOUT_SECONDS = 3.0
_EXCHANGE_SECONDS = 2.0
"""Shorter than `_TIMEOUT_SECONDS`, because psycopg takes up to ten seconds to cancel an exchange from outside."""
_NOTIFY = "select pg_notify(%s, %s)"
_NOTIFY_OTHERS = """
    select id, pg_notify(%s, %s) from serving_replicas where id <> %s and expires_at > clock_timestamp()
"""
"""PostgreSQL merges messages with the same text, so many rows send one message, and no rows send none."""

_Connection = patient_connection(_EXCHANGE_SECONDS)


class MessageSender:
    """Sends messages. Every call can raise psycopg.Error, OSError or TimeoutError. Sending twice is harmless."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._lock = asyncio.Lock()
        self._timed_out_at = float("-inf")
        self._connection: AsyncConnection[Any] | None = None

    async def notify(self, channel: str, payload: str) -> None:
        await self.execute(_NOTIFY, channel, payload)

    async def notify_others(self, own_id: str, channel: str, payload: str) -> set[str]:
        """Send the message to all other replicas. Return their ids, read before the message was sent."""
        return {row[0] for row in await self.execute(_NOTIFY_OTHERS, channel, payload, own_id)}

    async def execute(self, statement: str, *values: object) -> list[Any]:
        queued_at = monotonic()
        async with self._lock:
            if queued_at < self._timed_out_at:
                raise TimeoutError
            try:
                async with asyncio.timeout(_TIMEOUT_SECONDS):
                    return await self._executed_with_retry(statement, values)
            except TimeoutError:
                self._timed_out_at = monotonic()
                raise

    async def _executed_with_retry(self, statement: str, values: Sequence[object]) -> list[Any]:
        try:
            return await self._executed(statement, values)
        except OperationalError:
            # A connection that was lost while idle fails only on its next use.
            return await self._executed(statement, values)

    async def _executed(self, statement: str, values: Sequence[object]) -> list[Any]:
        connection = await self._connected()
        try:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchall() if cursor.description else []
        except BaseException:
            await self._disconnect()
            raise

    async def aclose(self) -> None:
        await self._disconnect()

    async def _connected(self) -> AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await _Connection.connect(self._dsn, autocommit=True, connect_timeout=3)
        return self._connection

    async def _disconnect(self) -> None:
        """Close the connection. After an interrupted call, its state is unknown."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
