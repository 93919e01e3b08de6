"""Stores what is remembered about each budget, in the transaction that adds the notices about it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Executable, Row, delete, select

from keydesk.alerts.models import Watched
from keydesk.storage.alert_tables import watched_budgets as table
from keydesk.storage.database import Database


class WatchStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, subjects: Sequence[str]) -> dict[str, Watched]:
        """Return what is remembered about these budgets, without those that are new."""
        query = select(table).where(table.c.subject.in_(subjects))
        async with self._database.reading() as connection:
            return {row.subject: _watched(row) for row in await connection.execute(query)}

    async def save(self, changed: Iterable[Watched], also: Sequence[Executable]) -> None:
        """Store the budgets, and run the statements in the same transaction.

        A row that another replica has written since it was read stays as it is. Both saw the same alerts, and the
        outbox stores each notice once.
        """
        rows = [_row(each) for each in changed]
        if not rows and not also:
            return
        new = self._database.insert_into(table)
        values = {column.name: new.excluded[column.name] for column in table.c if not column.primary_key}
        is_next = table.c.version == new.excluded.version - 1
        upsert = new.on_conflict_do_update(index_elements=[table.c.subject], set_=values, where=is_next)
        async with self._database.writing() as connection:
            if rows:
                await connection.execute(upsert, rows)
            for statement in also:
                await connection.execute(statement)

    async def prune(self, before: date) -> None:
        """Remove budgets that were last seen before a day, because they no longer exist."""
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.seen_on < before))


def _row(watched: Watched) -> dict[str, Any]:
    return {**asdict(watched), "days": {day.isoformat(): usd for day, usd in watched.days.items()}}


def _watched(row: Row[Any]) -> Watched:
    values = {**row._mapping, "days": {date.fromisoformat(day): usd for day, usd in row.days.items()}}  # noqa: SLF001 - SQLAlchemy's public name
    return Watched(**values)
