"""Searches the audit log. Each row is a change: an intent joined with its outcome, or an event.

A page is selected from an index that contains all filter columns before its rows are read. Changes are numbered without
gaps, so the total without a filter needs no count.
"""

from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, UnaryExpression, and_, func, select

from keydesk.audit.entries import Kind
from keydesk.audit.policy import Filter
from keydesk.storage.database import Database
from keydesk.storage.tables import audit_log

_log, _end, _named = audit_log.alias("change"), audit_log.alias("ending"), audit_log.alias("named")


class AuditSearch:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, filters: Filter) -> int:
        """Return the number of matching changes."""
        query = select(func.count()).select_from(_log).where(*_conditions(filters))
        if filters.is_empty:
            query = select(_number_at(_log.c.seq.desc()) - _number_at(_log.c.seq.asc()) + 1)
        async with self._database.reading() as connection:
            return (await connection.scalar(query)) or 0

    async def page(
        self, filters: Filter, skipped: int, size: int, *, oldest_first: bool = False
    ) -> list[Row[Any]]:
        """Return changes, newest first, with `ended`, `ending_reason` and `final_object_id` from the outcome."""
        order = [_log.c.at.asc(), _log.c.seq.asc()] if oldest_first else [_log.c.at.desc(), _log.c.seq.desc()]
        picked = select(_log.c.seq).where(*_conditions(filters)).order_by(*order).limit(size).offset(skipped)
        ending = and_(_end.c.change_id == _log.c.change_id, _end.c.kind == Kind.OUTCOME)
        query = (
            select(
                _log,
                func.coalesce(_end.c.outcome, _log.c.outcome).label("ended"),
                func.coalesce(_end.c.reason, _log.c.reason).label("ending_reason"),
                func.coalesce(_end.c.object_id, _log.c.object_id).label("final_object_id"),
            )
            .select_from(_log.outerjoin(_end, ending))
            .where(_log.c.seq.in_(picked))
            .order_by(*order)
        )
        async with self._database.reading() as connection:
            return list((await connection.execute(query)).all())


def _number_at(end: UnaryExpression[Any]) -> ScalarSelect[Any]:
    """Return a query for the number of the first or last change."""
    return select(_log.c.number).where(_log.c.number.is_not(None)).order_by(end).limit(1).scalar_subquery()


def _conditions(filters: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_log.c.number.is_not(None)]
    if filters.during.start is not None:
        conditions.append(_log.c.at >= filters.during.start)
    if filters.during.end is not None:
        conditions.append(_log.c.at < filters.during.end)
    if filters.action is not None:
        conditions.append(_log.c.action == filters.action)
    if filters.table_name is not None:
        conditions.append(_log.c.table_name == filters.table_name)
    if filters.actors is not None:
        conditions.append(_log.c.actor.in_(filters.actors))
    if filters.object_id is not None:
        # The intent of a creation has no object id; its outcome has it.
        changes = select(_named.c.change_id).where(_named.c.object_id == filters.object_id)
        conditions.append(_log.c.change_id.in_(changes))
    return conditions
