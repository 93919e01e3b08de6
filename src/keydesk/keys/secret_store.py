"""Stores which later secrets each key has, and when a rotation needs attention."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Executable, delete, insert, select, update

from keydesk.kit.key_ids import KeyIds
from keydesk.storage.database import Database
from keydesk.storage.tables import key_secrets

_of = key_secrets.c
_LIMIT = 200


@dataclass(frozen=True, slots=True)
class LaterSecret:
    """A secret that a rotation made. `key_id` is the id of the key, which never changes."""

    secret_id: str
    key_id: str
    user_id: str
    made_at: datetime


class KeySecrets:
    """The later secrets of keys. What it reads, it also links in `ids`, so that lists show one key."""

    def __init__(self, database: Database, ids: KeyIds) -> None:
        self._database = database
        self._ids = ids

    async def load(self) -> None:
        """Link all later secrets."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(_of.secret_id, _of.key_id))
            self._ids.link({row.secret_id: row.key_id for row in rows})

    async def refresh(self, key_id: str) -> bool:
        """Link the secrets of a key. Return whether there are any.

        A change calls it under the lease of the key, so that it misses none, whatever this process has heard.
        """
        return await self._linked(_of.key_id == key_id)

    async def refresh_of(self, user_id: str) -> None:
        """Link the secrets of all keys of a user."""
        await self._linked(_of.user_id == user_id)

    async def _linked(self, which: ColumnElement[bool]) -> bool:
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(_of.secret_id, _of.key_id).where(which))).all()
        self._ids.link({row.secret_id: row.key_id for row in rows})
        return bool(rows)

    async def current_of(self, key_ids: Collection[str]) -> dict[str, str]:
        """Return the id of the current secret of each of these keys that was rotated, by key id."""
        query = select(_of.key_id, _of.secret_id).where(_of.key_id.in_(key_ids), _of.ends_at.is_(None))
        async with self._database.reading() as connection:
            return {row.key_id: row.secret_id for row in await connection.execute(query)}

    async def rotated_at(self, key_ids: Collection[str]) -> dict[str, datetime]:
        """Return when each of these keys was last rotated, by key id. Keys that were never rotated are left out."""
        query = select(_of.key_id, _of.made_at).where(_of.key_id.in_(key_ids), _of.ends_at.is_(None))
        async with self._database.reading() as connection:
            return {row.key_id: row.made_at for row in await connection.execute(query)}

    def replacing(
        self, secret: LaterSecret, previous_ends_at: datetime, due_at: datetime
    ) -> list[Executable]:
        """Link a new secret, and return the statements that store it and the end of the previous one.

        They run in the transaction that records the outcome. `due_at` is when the rotation needs attention.
        """
        self._ids.link({secret.secret_id: secret.key_id})
        added = insert(key_secrets).values(**asdict(secret), due_at=due_at)
        return [self.ending(secret.key_id, previous_ends_at), added]

    def ending(self, key_id: str, ends_at: datetime) -> Executable:
        """Return the statement that stores the end of the secrets of a key that have none."""
        which = (_of.key_id == key_id, _of.ends_at.is_(None))
        return update(key_secrets).where(*which).values(ends_at=ends_at, due_at=None)

    def due_again(self, key_id: str, due_at: datetime | None) -> Executable:
        """Return the statement that stores when the rotation of the current secret needs attention. None: never."""
        which = (_of.key_id == key_id, _of.ends_at.is_(None))
        return update(key_secrets).where(*which).values(due_at=due_at)

    async def run(self, statement: Executable) -> None:
        async with self._database.writing() as connection:
            await connection.execute(statement)

    async def due(self, now: datetime) -> list[LaterSecret]:
        """Return rotations that need attention, the most urgent first."""
        columns = (_of.secret_id, _of.key_id, _of.user_id, _of.made_at)
        query = select(*columns).where(_of.due_at <= now).order_by(_of.due_at).limit(_LIMIT)
        async with self._database.reading() as connection:
            return [LaterSecret(*row) for row in await connection.execute(query)]

    async def remove(self, secret_id: str) -> None:
        """Remove a secret that was never returned to anyone."""
        async with self._database.writing() as connection:
            await connection.execute(delete(key_secrets).where(_of.secret_id == secret_id))
        self._ids.unlink(secret_id)

    async def prune(self, before: datetime) -> int:
        """Remove the secrets that ended before this time. Return their number."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(key_secrets).where(_of.ends_at < before))).rowcount
