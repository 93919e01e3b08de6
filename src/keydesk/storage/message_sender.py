"""One connection of its own for notices, so that they never wait for a place in the pool. Listens to nothing.

Notices go out one after another. On a network that swallows everything the first one waits; whoever is in line
behind it has waited as long by then, and is told so instead of waiting once more.
"""

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import Any

from psycopg import AsyncConnection, OperationalError

from keydesk.storage.patient_connection import patient_connection

_TIMEOUT_SECONDS = 3.0
_EXCHANGE_SECONDS = 2.0
"""Shorter, so that it ends by itself: psycopg takes up to ten seconds to break off one that somebody else ends."""
_NOTIFY = "select pg_notify(%s, %s)"
_NOTIFY_OTHERS = """
    select id, pg_notify(%s, %s) from serving_replicas where id <> %s and expires_at > clock_timestamp()
"""
"""Notices of one text are one to PostgreSQL, however many rows there are, and none where there is no row."""

_Connection = patient_connection(_EXCHANGE_SECONDS)


class NoticeSender:
    """Every call raises psycopg.Error, OSError or TimeoutError. To send twice does no harm."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._turn = asyncio.Lock()
        self._gave_up_at = float("-inf")
        self._connection: AsyncConnection[Any] | None = None

    async def notify(self, channel: str, payload: str) -> None:
        await self.execute(_NOTIFY, channel, payload)

    async def notify_others(self, own_id: str, channel: str, payload: str) -> set[str]:
        """Send it to all, if there is anybody else; answers who was there before it went out."""
        return {row[0] for row in await self.execute(_NOTIFY_OTHERS, channel, payload, own_id)}

    async def execute(self, statement: str, *values: object) -> list[Any]:
        asked = monotonic()
        async with self._turn:
            if asked < self._gave_up_at:
                raise TimeoutError
            try:
                async with asyncio.timeout(_TIMEOUT_SECONDS):
                    return await self._executed_at_last(statement, values)
            except TimeoutError:
                self._gave_up_at = monotonic()
                raise

    async def _executed_at_last(self, statement: str, values: Sequence[object]) -> list[Any]:
        try:
            return await self._executed(statement, values)
        except OperationalError:
            # A connection that was cut off while nobody used it shows that only now.
            return await self._executed(statement, values)

    async def _executed(self, statement: str, values: Sequence[object]) -> list[Any]:
        connection = await self._connected()
        try:
            cursor = await connection.execute(statement, values)
            return await cursor.fetchall() if cursor.description else []
        except BaseException:
            await self._give_up()
            raise

    async def aclose(self) -> None:
        await self._give_up()

    async def _connected(self) -> AsyncConnection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = await _Connection.connect(self._dsn, autocommit=True, connect_timeout=3)
        return self._connection

    async def _give_up(self) -> None:
        """A connection whose call broke off is in an unknown state."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
