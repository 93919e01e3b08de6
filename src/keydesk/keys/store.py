"""Stores who owns and who blocked each key, and names the leases that serialize changes of keys.

storage/leases.py documents the order in which leases are acquired.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import Executable, delete, func, select, update

from keydesk.audit.models import Change, Intent
from keydesk.audit.service import Audit
from keydesk.keys.models import BlockMark
from keydesk.kit.key_ids import is_key_id
from keydesk.storage.database import Database
from keydesk.storage.leases import Held
from keydesk.storage.tables import keys


class KeyStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def adding(self, key_id: str, user_id: str, issued_at: datetime | None) -> Executable:
        """Return the statement that stores a key. It runs in the transaction that records the outcome.

        `issued_at` is None for a key that was not issued here.
        """
        return self._upserting(key_id, user_id, {"issued_at": issued_at})

    async def mark_blocked(self, key_id: str, user_id: str, mark: BlockMark | None) -> None:
        """Store who blocked the key. None clears the mark."""
        values: dict[str, object] = {"blocked_by": mark and mark.by, "blocked_as_of": mark and mark.as_of}
        await self._upsert(key_id, user_id, values)

    def unmarking(self, key_id: str) -> Executable:
        """Return the statement that clears the mark. It runs in the transaction that records the outcome."""
        return update(keys).where(keys.c.key_id == key_id).values(blocked_by=None, blocked_as_of=None)

    async def block_mark(self, key_id: str) -> BlockMark | None:
        query = select(keys.c.blocked_by, keys.c.blocked_as_of).where(keys.c.key_id == key_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return BlockMark(*row) if row and row.blocked_by else None

    async def blockers(self, key_ids: Collection[str]) -> dict[str, str]:
        """Return who blocked each of these keys, by key id. A later block by an administrator is not known here."""
        query = select(keys.c.key_id, keys.c.blocked_by)
        query = query.where(keys.c.key_id.in_(key_ids), keys.c.blocked_by.is_not(None))
        if not key_ids:
            return {}
        async with self._database.reading() as connection:
            return {row.key_id: row.blocked_by for row in await connection.execute(query)}

    async def owner_of(self, key_id: str) -> str | None:
        """Return the LiteLLM user id of the key's owner, or None if Keydesk has never created or blocked the key."""
        if not is_key_id(key_id):
            # A path parameter can hold characters that PostgreSQL rejects.
            return None
        query = select(keys.c.user_id).where(keys.c.key_id == key_id)
        async with self._database.reading() as connection:
            return await connection.scalar(query)

    async def known(self, key_ids: Collection[str]) -> set[str]:
        """Return those of the ids that belong to keys that Keydesk has created, blocked or adopted."""
        query = select(keys.c.key_id).where(keys.c.key_id.in_(key_ids))
        async with self._database.reading() as connection:
            return set(await connection.scalars(query))

    async def latest_issue(self, user_id: str) -> datetime | None:
        """Return when the user last created a key with Keydesk."""
        query = select(func.max(keys.c.issued_at)).where(keys.c.user_id == user_id)
        async with self._database.reading() as connection:
            latest: datetime | None = await connection.scalar(query)
        return latest

    async def remove(self, key_id: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(keys).where(keys.c.key_id == key_id))

    async def _upsert(self, key_id: str, user_id: str, values: dict[str, object]) -> None:
        async with self._database.writing() as connection:
            await connection.execute(self._upserting(key_id, user_id, values))

    def _upserting(self, key_id: str, user_id: str, values: dict[str, object]) -> Executable:
        statement = self._database.insert_into(keys).values(key_id=key_id, user_id=user_id, **values)
        return statement.on_conflict_do_update(index_elements=[keys.c.key_id], set_=values)


def alias_lease(alias: str) -> str:
    """Return the name of the lease to hold while assigning the alias to a key."""
    return f"key-alias:{alias}"


def key_lease(key_id: str) -> str:
    """Return the name of the lease to hold while changing a key. `key_id` is Keydesk's id, not LiteLLM's hash."""
    return f"key:{key_id}"


@asynccontextmanager
async def recording_under(lease: Held, audit: Audit, change: Change) -> AsyncIterator[Intent]:
    """Record the change that the block makes. The transaction that records the outcome also releases the lease."""
    async with audit.recording(change) as intent:
        yield intent
        intent.also.append(lease.giving_back)
    lease.given_back = True
