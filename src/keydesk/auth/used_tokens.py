"""Stores used one-time tokens, so that each is accepted once across all replicas."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import CursorResult, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from keydesk.kit.clock import Clock
from keydesk.kit.problems import StorageUnavailable
from keydesk.storage.database import STORAGE_FAILURES, Database
from keydesk.storage.tables import used_tokens

_MARGIN = timedelta(hours=1)
"""Extra retention: a replica whose clock is behind may still accept a token that has expired here."""


@dataclass(frozen=True, slots=True)
class OneTimeToken:
    """A one-time token. `id` is unique within its `kind`. Only a hash of both is stored."""

    kind: str
    id: str
    expires_at: datetime

    @property
    def name(self) -> str:
        return hashlib.sha256(f"{self.kind}\0{self.id}".encode()).hexdigest()


class UsedTokens(Protocol):
    """Marks one-time tokens as used."""

    async def use(self, token: OneTimeToken) -> bool:
        """Mark the token as used. Return whether this was the first time. Raises StorageUnavailable."""


class UsedTokenStore:
    """The `UsedTokens` of all replicas. The database decides which use was the first."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def use(self, token: OneTimeToken) -> bool:
        try:
            async with self._database.writing() as connection:
                return await used_first(self._database, connection, token)
        except STORAGE_FAILURES:
            raise StorageUnavailable from None

    async def give_back(self, token: OneTimeToken) -> None:
        """Forget the use of a token that had no effect. Raises StorageUnavailable."""
        try:
            async with self._database.writing() as connection:
                await connection.execute(delete(used_tokens).where(used_tokens.c.name == token.name))
        except STORAGE_FAILURES:
            raise StorageUnavailable from None

    async def prune(self) -> int:
        """Delete rows that expired more than an hour ago. Return their number. Raises SQLAlchemy's errors."""
        expired = delete(used_tokens).where(used_tokens.c.expires_at <= self._clock() - _MARGIN)
        async with self._database.writing() as connection:
            result: CursorResult[Any] = await connection.execute(expired)
            return result.rowcount


async def used_first(database: Database, connection: AsyncConnection, token: OneTimeToken) -> bool:
    """Mark the token as used in the caller's transaction. Return whether this was the first time."""
    row = database.insert_into(used_tokens).values(name=token.name, expires_at=token.expires_at)
    added = row.on_conflict_do_nothing().returning(used_tokens.c.name)
    return (await connection.scalar(added)) is not None
