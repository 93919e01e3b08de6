"""Keeps who is signed in to the portal. Knows sessions by the hash of their id only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, insert, or_, select, update

from keydesk.storage.database import Database
from keydesk.storage.tables import sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A sign-in as it is stored. `sealed_token` can be opened only with the session's id."""

    id_hash: str
    ref: str
    asserted: dict[str, Any] | None
    issuer: str | None
    subject: str | None
    provider_session: str | None
    sealed_token: str | None
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class SessionStore:
    """Raises SQLAlchemy's errors when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, row: SessionRow) -> None:
        values = {name: getattr(row, name) for name in SessionRow.__slots__}
        async with self._database.writing() as connection:
            await connection.execute(insert(sessions).values(**values))

    async def find(self, id_hash: str) -> SessionRow | None:
        async with self._database.reading() as connection:
            found = (
                await connection.execute(select(sessions).where(sessions.c.id_hash == id_hash))
            ).one_or_none()
        return None if found is None else SessionRow(**found._mapping)  # noqa: SLF001 - SQLAlchemy's documented name

    async def seen(self, id_hash: str, at: datetime) -> None:
        async with self._database.writing() as connection:
            await connection.execute(update(sessions).where(sessions.c.id_hash == id_hash).values(seen_at=at))

    async def remove(self, id_hash: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(sessions).where(sessions.c.id_hash == id_hash))

    async def remove_of_provider(
        self, issuer: str, subject: str | None, provider_session: str | None
    ) -> list[str]:
        """End what a provider says has ended: one session of its own, else all of a subject. Says whose they were."""
        condition = (
            sessions.c.provider_session == provider_session
            if provider_session is not None
            else sessions.c.subject == subject
        )
        ended = delete(sessions).where(sessions.c.issuer == issuer, condition).returning(sessions.c.ref)
        async with self._database.writing() as connection:
            return list((await connection.execute(ended)).scalars())

    async def remove_ended(self, expired_by: datetime, not_seen_since: datetime) -> int:
        over = or_(sessions.c.expires_at <= expired_by, sessions.c.seen_at <= not_seen_since)
        async with self._database.writing() as connection:
            result: CursorResult[Any] = await connection.execute(delete(sessions).where(over))
            return result.rowcount
