"""Stores when Keydesk warned about each violation. Without a stored warning, Keydesk does not act on a key."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Delete, Executable, delete, select

from keydesk.lifetimes.models import Violation, Warned
from keydesk.storage.database import Database
from keydesk.storage.tables import key_warnings


class WarningStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, key_ids: Iterable[str]) -> list[Warned]:
        """Return the warnings about these keys."""
        query = select(key_warnings.c.key_id, key_warnings.c.violation, key_warnings.c.warned_at)
        query = query.where(key_warnings.c.key_id.in_([*key_ids]))
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [Warned(key_id, Violation(violation), at) for key_id, violation, at in rows]

    async def warned_at(self, key_id: str, violation: Violation) -> datetime | None:
        """Return when Keydesk warned about the violation, or None if it did not."""
        return next((each.at for each in await self.of([key_id]) if each.violation is violation), None)

    async def warn(self, warned: Warned, also: Iterable[Executable] = ()) -> None:
        """Store a warning in one transaction with `also`, unless another replica stored it first."""
        row = {"key_id": warned.key_id, "violation": warned.violation, "warned_at": warned.at}
        statement = self._database.insert_into(key_warnings).values(row).on_conflict_do_nothing()
        async with self._database.writing() as connection:
            is_new = await connection.scalar(statement.returning(key_warnings.c.key_id)) is not None
            for each in also if is_new else ():
                await connection.execute(each)

    def clearing(self, key_id: str) -> Delete:
        """Return the statement that removes the warnings about a key."""
        return delete(key_warnings).where(key_warnings.c.key_id == key_id)

    async def clear(self, outdated: Collection[Warned]) -> None:
        """Remove warnings about violations that no longer exist."""
        if not outdated:
            return
        async with self._database.writing() as connection:
            for warned in outdated:
                statement = self.clearing(warned.key_id)
                await connection.execute(statement.where(key_warnings.c.violation == warned.violation))

    async def prune(self, before: datetime) -> None:
        """Remove old warnings, such as those about keys that were deleted."""
        async with self._database.writing() as connection:
            await connection.execute(delete(key_warnings).where(key_warnings.c.warned_at < before))
