"""Stores what LiteLLM reports for each day. Days of a closed month become corrections in the next open month."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, and_, delete, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from keydesk.chargeback.comparing import compared_days, newer_sums
from keydesk.chargeback.models import Amounts, Cell, DayRead, Named, Rules, Statement, Sums
from keydesk.chargeback.policy import month_after, month_of
from keydesk.storage.database import Database
from keydesk.storage.statement_tables import statement_days, statement_names, statement_rows, statements

LIVE = ""
"""The month of the last known names, which open statements use."""
_OF, _ROW, _DAY, _NAME = statements.c, statement_rows.c, statement_days.c, statement_names.c
_CELL = (_ROW.user_id, _ROW.key_id, _ROW.team_id, _ROW.model)
_AMOUNTS = (_ROW.spend, _ROW.prompt_tokens, _ROW.completion_tokens, _ROW.requests)
_BATCH = 500
_WIDTH = 255


class StatementStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def first_month(self) -> str | None:
        """Return the month of the oldest day that was read."""
        async with self._database.reading() as connection:
            day = await connection.scalar(select(func.min(_DAY.day)))
        return month_of(day) if day else None

    async def read_at(self) -> dict[dt.date, dt.datetime]:
        """Return when each day was last read."""
        async with self._database.reading() as connection:
            return {row.day: row.read_at for row in await connection.execute(select(_DAY.day, _DAY.read_at))}

    async def all(self) -> list[Statement]:
        """Return all statements, newest first."""
        query = select(statements)
        async with self._database.reading() as connection:
            return [statement_of(row) for row in await connection.execute(query.order_by(_OF.month.desc()))]

    async def find(self, month: str) -> Statement | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(select(statements).where(_OF.month == month))).first()
        return statement_of(row) if row else None

    async def put_day(self, read: DayRead) -> None:
        """Store a day in its statement, or its difference from closed statements in the next open one."""
        own = month_of(read.day)
        async with self._database.writing() as connection:
            target = await self._open_month(connection, own)
            cells = read.cells if target == own else await self._difference(connection, read, target)
            here = and_(_ROW.month == target, _ROW.day == read.day)
            await connection.execute(delete(statement_rows).where(here))
            rows = [_row(target, read.day, cell, amounts) for cell, amounts in cells.items() if any(amounts)]
            for start in range(0, len(rows), _BATCH):
                await connection.execute(statement_rows.insert(), rows[start : start + _BATCH])
            values = {"read_at": read.read_at, "spend": read.spend, "complete": read.complete}
            await connection.execute(
                self._database.insert_into(statement_days)
                .values(day=read.day, **values)
                .on_conflict_do_update(index_elements=[_DAY.day], set_=values)
            )

    async def logged_at(self) -> dt.datetime | None:
        """Return when sums of spend logs were last stored."""
        async with self._database.reading() as connection:
            at: dt.datetime | None = await connection.scalar(select(func.max(_DAY.logged_at)))
        return at

    async def put_logged(self, found: Mapping[dt.date, int], at: dt.datetime) -> None:
        """Store the sums of LiteLLM's spend logs, by day in nano-dollars, with the days that can be compared."""
        within = _DAY.day.between(*compared_days(at))
        async with self._database.writing() as connection:
            rows = await connection.execute(select(_DAY.day, _DAY.logged).where(within))
            newer = newer_sums({row.day: row.logged for row in rows}, found)
            await connection.execute(update(statement_days).where(within).values(logged_at=at))
            for day, logged in newer.items():
                await connection.execute(update(statement_days).where(_DAY.day == day).values(logged=logged))

    async def freeze(self, month: str, rules: Rules, at: dt.datetime) -> bool:
        """Stop all changes of a statement, and copy the current names into it. Return False if it is frozen already."""
        async with self._database.writing() as connection:
            if await self._is_frozen(connection, month):
                return False
            names = select(statement_names).where(_NAME.month == LIVE).subquery()
            kept = []
            for kind, column in (("person", _ROW.user_id), ("team", _ROW.team_id), ("key", _ROW.key_id)):
                used = select(column).where(_ROW.month == month).distinct()
                kept.append(and_(names.c.kind == kind, names.c.id.in_(used)))
            copied = [each for each in statement_names.c if each.name != "month"]
            for which in kept:
                found = select(literal(month), *(names.c[each.name] for each in copied)).where(which)
                await connection.execute(statement_names.insert().from_select([_NAME.month, *copied], found))
            frozen = update(statements).where(_OF.month == month)
            await connection.execute(frozen.values(rules=rules.model_dump(mode="json"), frozen_at=at))
        return True

    def sealing(self, month: str, at: dt.datetime, checksum: str, sums: Sums) -> Executable:
        """Return the statement that stores the checksum and sums of a month, if no other process has done so."""
        values = {
            "closed_at": at,
            "checksum": checksum,
            "row_count": sums.rows,
            "spend": sums.spend,
            "corrections": sums.corrections,
            "requests": sums.requests,
        }
        return update(statements).where(_OF.month == month, _OF.closed_at.is_(None)).values(values)

    async def remember(self, named: Iterable[Named]) -> None:
        """Store current names, cost centers and labels. Names that are not known keep their last value."""
        rows = [_named_row(each) for each in named if len(each.id) <= _WIDTH]
        new = self._database.insert_into(statement_names)
        statement = new.on_conflict_do_update(
            index_elements=[_NAME.month, _NAME.kind, _NAME.id],
            set_={
                "name": func.coalesce(new.excluded.name, _NAME.name),
                "cost_center": new.excluded.cost_center,
                "labels": new.excluded.labels,
            },
        )
        await self._execute_in_batches(statement, rows)

    async def remember_key_names(self, named: Iterable[Named]) -> None:
        """Store the names of keys that LiteLLM reports, without touching their cost centers and labels."""
        rows = [_named_row(each) for each in named if each.name]
        new = self._database.insert_into(statement_names)
        statement = new.on_conflict_do_update(
            index_elements=[_NAME.month, _NAME.kind, _NAME.id], set_={"name": new.excluded.name}
        )
        await self._execute_in_batches(statement, rows)

    async def _execute_in_batches(self, statement: Any, rows: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(rows), _BATCH):
            async with self._database.writing() as connection:
                await connection.execute(statement, rows[start : start + _BATCH])

    async def _open_month(self, connection: AsyncConnection, month: str) -> str:
        """Return the first open statement from `month` on, and lock it for the transaction."""
        while await self._is_frozen(connection, month):
            month = month_after(month)
        return month

    async def _is_frozen(self, connection: AsyncConnection, month: str) -> bool:
        await connection.execute(
            self._database.insert_into(statements).values(month=month).on_conflict_do_nothing()
        )
        query = select(_OF.frozen_at).where(_OF.month == month).with_for_update()
        return (await connection.execute(query)).scalar_one() is not None

    async def _difference(
        self, connection: AsyncConnection, read: DayRead, target: str
    ) -> dict[Cell, Amounts]:
        """Return what the statements before `target` lack of the day. Amounts can be negative."""
        totals = [func.sum(column) for column in _AMOUNTS]
        query = select(*_CELL, *totals).where(_ROW.day == read.day, _ROW.month < target).group_by(*_CELL)
        known = {
            Cell(*row[:4]): Amounts(*(int(value) for value in row[4:]))
            for row in await connection.execute(query)
        }
        cells = {*read.cells, *known}
        return {cell: read.cells.get(cell, Amounts()).minus(known.get(cell, Amounts())) for cell in cells}


def _row(month: str, day: dt.date, cell: Cell, amounts: Amounts) -> dict[str, Any]:
    return {"month": month, "day": day, **cell._asdict(), **amounts._asdict()}


def _named_row(named: Named) -> dict[str, Any]:
    return {
        "month": LIVE,
        "kind": named.kind,
        "id": named.id,
        "name": named.name and named.name[:_WIDTH],
        "cost_center": named.cost_center and named.cost_center[:_WIDTH],
        "labels": dict(named.labels),
    }


def statement_of(row: Any) -> Statement:
    """Return the statement in a row that has all columns of the table, and perhaps others."""
    values: dict[str, Any] = {column.name: getattr(row, column.name) for column in statements.c}
    rules = values.pop("rules")
    return Statement(**values, rules=Rules.model_validate(rules) if rules else None)
