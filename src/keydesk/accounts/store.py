"""Stores who owns each account and which settings Keydesk applied to it."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from cachetools import LRUCache
from sqlalchemy import Executable, bindparam, func, select, update

from keydesk.accounts.models import AccountRecord, AppliedSettings
from keydesk.storage.database import STORAGE_FAILURES, Database
from keydesk.storage.invalidation_bus import InvalidationMessage, NoMessage
from keydesk.storage.tables import accounts

_RECORD = (
    accounts.c.user_id,
    accounts.c.ref,
    accounts.c.applied,
    accounts.c.left_at,
    accounts.c.suspended_at,
)
_PAGE = 200
_CACHE_SIZE = 10_000
_LEFT_AT = select(accounts.c.left_at).where(accounts.c.user_id == bindparam("id"))


class AccountStore:
    """`message_for` creates the invalidation message for a user id. It is sent in the transaction of the change."""

    def __init__(
        self, database: Database, message_for: Callable[[str], InvalidationMessage] = lambda _: NoMessage()
    ) -> None:
        self._database = database
        self._message_for = message_for
        self._cache: LRUCache[str, AccountRecord] = LRUCache(_CACHE_SIZE)

    async def find(self, user_id: str) -> AccountRecord | None:
        """Return the record. While the database is unavailable, return the one that this process last read."""
        query = select(*_RECORD).where(accounts.c.user_id == user_id)
        try:
            async with self._database.reading() as connection:
                row = (await connection.execute(query)).first()
        except STORAGE_FAILURES:
            if user_id in self._cache:
                return self._cache[user_id]
            raise
        return self._cached(AccountRecord(*row)) if row else None

    async def ref_of(self, user_id: str) -> str | None:
        """Return the person whose account it is, as an entity reference."""
        record = await self.find(user_id)
        return record.ref if record else None

    async def has_left(self, user_id: str) -> bool:
        """Return whether the account is suspended. Always reads the database."""
        async with self._database.reading() as connection:
            return await connection.scalar(_LEFT_AT, {"id": user_id}) is not None

    async def leavers(self) -> set[str]:
        """Return the user ids of all people who left the directory."""
        query = select(accounts.c.user_id).where(accounts.c.left_at.is_not(None))
        async with self._database.reading() as connection:
            return set(await connection.scalars(query))

    def _cached(self, record: AccountRecord) -> AccountRecord:
        self._cache[record.user_id] = record
        return record

    async def count(self) -> int:
        """Return the number of accounts."""
        async with self._database.reading() as connection:
            return (await connection.scalar(select(func.count()).select_from(accounts))) or 0

    async def after(self, user_id: str, size: int) -> list[AccountRecord]:
        """Return up to `size` accounts whose user id is greater than `user_id`, in order."""
        query = select(*_RECORD).where(accounts.c.user_id > user_id).order_by(accounts.c.user_id).limit(size)
        async with self._database.reading() as connection:
            return [AccountRecord(*row) for row in await connection.execute(query)]

    async def pages(self) -> AsyncIterator[list[AccountRecord]]:
        """Yield all accounts in pages, ordered by user id."""
        after = ""
        while page := await self.after(after, _PAGE):
            yield page
            after = page[-1].user_id

    async def remember(self, user_id: str, ref: str, applied: AppliedSettings, at: datetime) -> None:
        """Store a new account. Overwrites the record of an account that was deleted in LiteLLM and created again."""
        values = {"applied": applied, "provisioned_at": at, "left_at": None, "suspended_at": None}
        await self._insert({"user_id": user_id, "ref": ref, **values}, on_conflict=values)

    async def adopt(self, user_id: str, ref: str) -> None:
        """Store the owner of an account that Keydesk did not create. Does not replace an existing record."""
        await self._insert({"user_id": user_id, "ref": ref, "applied": {}}, on_conflict=None)

    async def set_applied(self, user_id: str, applied: AppliedSettings) -> None:
        await self._update(user_id, applied=applied)

    async def set_left(self, user_id: str, at: datetime) -> None:
        await self._update(user_id, left_at=at)

    async def set_suspended(self, user_id: str, at: datetime) -> None:
        await self._update(user_id, suspended_at=at)

    async def set_returned(self, user_id: str) -> None:
        await self._update(user_id, left_at=None, suspended_at=None)

    async def _update(self, user_id: str, **values: Any) -> None:
        await self._write(user_id, update(accounts).where(accounts.c.user_id == user_id).values(values))

    async def _insert(self, values: dict[str, Any], *, on_conflict: dict[str, Any] | None) -> None:
        statement = self._database.insert_into(accounts).values(values)
        if on_conflict is None:
            statement = statement.on_conflict_do_nothing()
        else:
            statement = statement.on_conflict_do_update(index_elements=[accounts.c.user_id], set_=on_conflict)
        await self._write(values["user_id"], statement)

    async def _write(self, user_id: str, statement: Executable) -> None:
        message = self._message_for(user_id)
        async with self._database.writing() as connection:
            await connection.execute(statement)
            await message.send(connection)
        await message.delivered()
