"""Reads all statements with their sums and days, in two queries however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Subquery,
    and_,
    case,
    cast,
    extract,
    false,
    func,
    literal_column,
    or_,
    select,
)

from keydesk.chargeback.models import DaysRead, Overview, Statement, Sums
from keydesk.chargeback.policy import first_day
from keydesk.chargeback.store import statement_of
from keydesk.storage.database import Database
from keydesk.storage.statement_tables import statement_days, statement_rows, statements

_OF, _ROW, _DAY = statements.c, statement_rows.c, statement_days.c


@dataclass(frozen=True, slots=True)
class StatementOverview:
    database: Database

    async def all(self) -> list[Overview]:
        """Return all statements, newest first. Closed ones have the sums that were stored when they were closed."""
        found = await self._with_days()
        sums = await self._sums([each.month for each, _ in found if each.closed_at is None])
        return [
            Overview(each, days, _stored(each) if each.closed_at else sums.get(each.month, Sums()))
            for each, days in found
        ]

    async def of_team(self, team_id: str) -> list[Overview]:
        """Return all statements with the sums of one team, newest first."""
        found = await self._with_days()
        sums = await self._sums([each.month for each, _ in found], _ROW.team_id == team_id)
        return [Overview(each, days, sums.get(each.month, Sums())) for each, days in found]

    async def _with_days(self) -> list[tuple[Statement, DaysRead]]:
        days = _days_by_month()
        number = cast(func.replace(_OF.month, "-", ""), Integer)
        query = (
            select(statements, days.c.days_read, days.c.oldest_read_at)
            .outerjoin(days, days.c.number == number)
            .order_by(_OF.month.desc())
        )
        async with self.database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [(statement_of(row), DaysRead(row.days_read or 0, row.oldest_read_at)) for row in rows]

    async def _sums(self, months: Sequence[str], *which: ColumnElement[bool]) -> dict[str, Sums]:
        """Return the sums of the rows of these statements. One without rows is missing."""
        if not months:
            return {}
        columns = (func.count(), func.sum(_ROW.spend), func.sum(_corrected(months)), func.sum(_ROW.requests))
        query = select(_ROW.month, *columns).where(_ROW.month.in_(months), *which).group_by(_ROW.month)
        async with self.database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return {row[0]: Sums(*(int(value) for value in row[1:])) for row in rows}


def _days_by_month() -> Subquery:
    """Return the number of days that were read, by month as a number such as 202601."""
    # Not a parameter: PostgreSQL does not see that two expressions with parameters are the same.
    number = extract("year", _DAY.day) * literal_column("100") + extract("month", _DAY.day)
    columns = (func.count().label("days_read"), func.min(_DAY.read_at).label("oldest_read_at"))
    return select(number.label("number"), *columns).group_by(number).subquery()


def _corrected(months: Sequence[str]) -> ColumnElement[Any]:
    """Return the spend of a row if it corrects an earlier month."""
    earlier = [and_(_ROW.month == month, _ROW.day < first_day(month)) for month in months]
    return case((or_(false(), *earlier), _ROW.spend), else_=0)


def _stored(statement: Statement) -> Sums:
    values = (statement.row_count, statement.spend, statement.corrections, statement.requests)
    return Sums(*(value or 0 for value in values))
