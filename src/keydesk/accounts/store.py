"""Remembers whose account is whose, and what the key desk set in it."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from cachetools import LRUCache
from sqlalchemy import Executable, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

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
_REMEMBERED = 10_000


class AccountStore:
    """`announcing` makes the message of a change of a record, by user id; it goes out with the change."""

    def __init__(
        self, database: Database, announcing: Callable[[str], InvalidationMessage] = lambda _: NoMessage()
    ) -> None:
        self._database = database
        self._announcing = announcing
        self._remembered: LRUCache[str, AccountRecord] = LRUCache(_REMEMBERED)

    async def find(self, user_id: str) -> AccountRecord | None:
        """The record; while the database is away, as it was last seen here, so that people can still read."""
        query = select(*_RECORD).where(accounts.c.user_id == user_id)
        try:
            async with self._database.reading() as connection:
                row = (await connection.execute(query)).first()
        except STORAGE_FAILURES:
            if user_id in self._remembered:
                return self._remembered[user_id]
            raise
        return self._seen(AccountRecord(*row)) if row else None

    async def has_left(self, user_id: str) -> bool:
        """Return whether the account is on record as suspended. Asks the database, never the memory."""
        query = select(accounts.c.left_at).where(accounts.c.user_id == user_id)
        async with self._database.reading() as connection:
            return await connection.scalar(query) is not None

    def _seen(self, record: AccountRecord) -> AccountRecord:
        self._remembered[record.user_id] = record
        return record

    async def count(self) -> int:
        """How many accounts there are."""
        async with self._database.reading() as connection:
            return (await connection.scalar(select(func.count()).select_from(accounts))) or 0

    async def after(self, user_id: str, size: int) -> list[AccountRecord]:
        """The accounts that follow by user id; the first ones for an empty text."""
        query = select(*_RECORD).where(accounts.c.user_id > user_id).order_by(accounts.c.user_id).limit(size)
        async with self._database.reading() as connection:
            return [AccountRecord(*row) for row in await connection.execute(query)]

    async def pages(self) -> AsyncIterator[list[AccountRecord]]:
        """All accounts by user id, a page at a time."""
        after = ""
        while page := await self.after(after, _PAGE):
            yield page
            after = page[-1].user_id

    async def remember(self, user_id: str, ref: str, applied: AppliedSettings, at: datetime) -> None:
        """Note a provisioning; an account that was deleted in LiteLLM and made anew is noted anew."""
        again = {"applied": applied, "provisioned_at": at, "left_at": None, "suspended_at": None}
        await self._insert({"user_id": user_id, "ref": ref, **again}, on_conflict=again)

    async def adopt(self, user_id: str, ref: str) -> None:
        """Note whose an account is that the key desk did not make. The first to be noted stays."""
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
        insert = sqlite_insert if self._database.is_sqlite else postgres_insert
        statement = insert(accounts).values(values)
        if on_conflict is None:
            statement = statement.on_conflict_do_nothing()
        else:
            statement = statement.on_conflict_do_update(index_elements=[accounts.c.user_id], set_=on_conflict)
        await self._write(values["user_id"], statement)

    async def _write(self, user_id: str, statement: Executable) -> None:
        message = self._announcing(user_id)
        async with self._database.writing() as connection:
            await connection.execute(statement)
            await message.send(connection)
        await message.delivered()
