"""Reads statements: their rows in order, some at a time, and their sums by dimension.

Rows have ids only. Names and cost centers are joined: the current ones for an open statement, and those that were
copied into it for a closed one.
"""

from collections import ChainMap
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    distinct,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)

from keydesk.chargeback.models import (
    Amounts,
    Cell,
    DaySums,
    DayTotal,
    Dimension,
    Grouping,
    Line,
    Part,
    Rules,
    Sums,
)
from keydesk.chargeback.policy import first_day, last_day, month_of
from keydesk.chargeback.store import LIVE
from keydesk.storage.database import Database
from keydesk.storage.statement_tables import statement_days, statement_names, statement_rows

_ROW, _DAY = statement_rows.c, statement_days.c
_KEY = (_ROW.day, _ROW.user_id, _ROW.key_id, _ROW.team_id, _ROW.model)
"""The order of the rows of one statement. Without the month, which is the same: else SQLite reads all rows before."""
_BATCH = 2000
_IDS: Mapping[str, ColumnElement[Any]] = {
    "person": _ROW.user_id,
    "team": _ROW.team_id,
    "key": _ROW.key_id,
    "model": _ROW.model,
}
_TOKENS = _ROW.prompt_tokens + _ROW.completion_tokens


@dataclass(frozen=True, slots=True)
class Group:
    """Sums of one group. `cost_center` is None if the group has none. Spend is in nano-dollars."""

    id: str
    name: str | None
    cost_center: str | None
    spend: int
    tokens: int
    requests: int


class StatementSearch:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def batches(self, *parts: Part) -> AsyncIterator[list[Line]]:
        """Yield the rows of statements in order, some at a time. No connection is held between the batches."""
        for part in parts:
            async for batch in self._batches(part):
                yield batch

    async def _batches(self, part: Part) -> AsyncIterator[list[Line]]:
        joined = _Joined(part)
        query = joined.lines().order_by(*_KEY).limit(_BATCH)
        after: tuple[Any, ...] | None = None
        while True:
            bounded = (
                query if after is None else query.where(tuple_(*_KEY) > tuple_(*map(literal, after, _TYPES)))
            )
            async with self._database.reading() as connection:
                rows = (await connection.execute(bounded)).all()
            if rows:
                yield [_line(row, part) for row in rows]
            if len(rows) < _BATCH:
                return
            last = rows[-1]
            after = (last.day, last.user_id, last.key_id, last.team_id, last.model)

    async def sums(self, part: Part) -> Sums:
        joined = _Joined(part)
        earlier = _ROW.day < first_day(part.statement.month)
        columns = (
            func.count(),
            func.sum(_ROW.spend),
            func.sum(case((earlier, _ROW.spend), else_=0)),
            func.sum(_ROW.requests),
            func.sum(case((_ROW.user_id == "", _ROW.spend), else_=0)),
            func.sum(case((_ROW.key_id == "", _ROW.spend), else_=0)),
            func.sum(case((joined.cost_center.is_(None), _ROW.spend), else_=0)),
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(joined.select(*columns))).one()
        return Sums(*(int(value or 0) for value in row))

    async def groups(self, part: Part, grouping: Grouping) -> tuple[list[Group], int]:
        """Return one page of groups, the largest spend first, and the number of all groups."""
        joined = _Joined(part)
        by, size = grouping.by, grouping.size
        group = joined.group(grouping)
        spend = func.sum(_ROW.spend)
        # By its label: PostgreSQL does not see that two expressions with parameters are the same.
        by_name: ColumnElement[Any] = literal_column("group_id")
        query = joined.select(
            group.label("group_id"),
            func.max(joined.name_of(by)).label("name"),
            func.max(joined.center_of(by)).label("cost_center"),
            spend.label("spend"),
            func.sum(_TOKENS).label("tokens"),
            func.sum(_ROW.requests).label("requests"),
        )
        ordered = query.group_by(by_name).order_by(spend.desc(), by_name)
        page = ordered.limit(size).offset((grouping.page - 1) * size)
        async with self._database.reading() as connection:
            total = await connection.scalar(joined.select(func.count(distinct(group))))
            rows = (await connection.execute(page)).all()
        return [
            Group(row.group_id, row.name, row.cost_center, int(row.spend), int(row.tokens), int(row.requests))
            for row in rows
        ], total or 0

    async def days(self, month: str) -> DaySums:
        """Return the totals of the days of a month."""
        bounds = first_day(month), last_day(month)
        totals = select(statement_days).where(_DAY.day.between(*bounds)).order_by(_DAY.day)
        later = select(func.sum(_ROW.spend)).where(_ROW.month > month, _ROW.day.between(*bounds))
        async with self._database.reading() as connection:
            found = [DayTotal(**row._mapping) for row in await connection.execute(totals)]  # noqa: SLF001 - SQLAlchemy's public name
            late = await connection.scalar(later)
        return DaySums(found, int(late or 0))


_TYPES = tuple(column.type for column in _KEY)


class _Joined:
    """Joins the rows of one statement, or of one team in it, with its names."""

    def __init__(self, part: Part) -> None:
        statement = part.statement
        month = statement.month if statement.frozen_at else LIVE
        self._rows = [_ROW.month == statement.month]
        if part.team_id is not None:
            self._rows.append(_ROW.team_id == part.team_id)
        self._names = {kind: statement_names.alias(kind) for kind in ("person", "team", "key")}
        self._on = {
            kind: and_(name.c.month == month, name.c.kind == kind, name.c.id == _IDS[kind])
            for kind, name in self._names.items()
        }
        centers = [self._names[source].c.cost_center for source in part.rules.sources]
        # Two more: SQLite needs two values, and a team's statement without names may have no source.
        self.cost_center: ColumnElement[Any] = func.coalesce(*centers, literal(None), literal(None))
        self._unknown, self._order = part.rules.unknown, part.rules.label_order

    def select(self, *columns: Any) -> Select[Any]:
        joined: Any = statement_rows
        for kind, name in self._names.items():
            joined = joined.outerjoin(name, self._on[kind])
        return select(*columns).select_from(joined).where(*self._rows)

    def lines(self) -> Select[Any]:
        named = [name.c.name.label(kind) for kind, name in self._names.items()]
        labels = [name.c.labels.label(f"{kind}_labels") for kind, name in self._names.items()]
        return self.select(*statement_rows.c, self.cost_center.label("cost_center"), *named, *labels)

    def group(self, grouping: Grouping) -> ColumnElement[Any]:
        if grouping.label is not None:
            labelled = (self._names[kind].c.labels[grouping.label].as_string() for kind in self._order)
            return func.coalesce(*labelled, self._unknown)
        if grouping.by == "cost_center":
            return func.coalesce(self.cost_center, self._unknown)
        return _IDS[grouping.by]

    def name_of(self, by: Dimension) -> ColumnElement[Any]:
        return self._names[by].c.name if by in self._names else literal(None)

    def center_of(self, by: Dimension) -> ColumnElement[Any]:
        return self._names[by].c.cost_center if by in self._names else literal(None)


def _line(row: Any, part: Part) -> Line:
    own, rules = month_of(row.day), part.rules
    return Line(
        state=part.statement.state,
        rules=rules,
        month=row.month,
        day=row.day,
        corrects=own if own != row.month else None,
        cost_center=row.cost_center or rules.unknown,
        cell=Cell(row.user_id, row.key_id, row.team_id, row.model),
        person=row.person or row.user_id,
        team=row.team or row.team_id,
        key=row.key or row.key_id,
        amounts=Amounts(row.spend, row.prompt_tokens, row.completion_tokens, row.requests),
        labels=_labels(row, rules),
    )


def _labels(row: Any, rules: Rules) -> dict[str, Any]:
    """Return the labels of the row. For a label that several of them have, the first in the order decides."""
    found = {"person": row.person_labels, "team": row.team_labels, "key": row.key_labels}
    return dict(ChainMap(*(found[kind] or {} for kind in rules.label_order)))
