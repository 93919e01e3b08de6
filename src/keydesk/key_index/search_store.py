"""Searches the index in the database.

A page is selected from a database index that contains all columns of filters, before its rows are read.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from keydesk.key_index.models import KeyFilter, KeyState, Sort
from keydesk.keys.models import KeyView
from keydesk.kit.clock import Clock
from keydesk.storage.database import Database
from keydesk.storage.key_index_tables import key_index
from keydesk.storage.tables import service_keys

_KEY = key_index.c
_SHOWN = (_KEY.key_id.label("token"), *(_KEY[name] for name in KeyView.model_fields if name != "token"))
_BATCH = 1000
_LAST = {"expires_at", "max_budget"}
"""Columns in which null means never or no limit, which is more than any value."""
Conditions = list[ColumnElement[bool]]


class KeySearch:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def count(self, filters: KeyFilter) -> int:
        query = select(func.count()).select_from(key_index).where(*self._conditions(filters))
        async with self._database.reading() as connection:
            return (await connection.scalar(query)) or 0

    async def page(self, filters: KeyFilter, sort: Sort, skipped: int, size: int) -> list[KeyView]:
        order = _order(sort)
        picked = (
            select(_KEY.key_id).where(*self._conditions(filters)).order_by(*order).limit(size).offset(skipped)
        )
        return await self._entries(select(*_SHOWN).where(_KEY.key_id.in_(picked)).order_by(*order))

    def batches(self, filters: KeyFilter) -> AsyncIterator[list[KeyView]]:
        """Yield all matching keys, ordered by id, some at a time. No connection is held between the batches."""
        return self._batches(self._conditions(filters))

    def working(self, *, with_budget: bool = False) -> AsyncIterator[list[KeyView]]:
        """Yield all keys that are neither blocked nor expired, or only those `with_budget`, like `batches`."""
        lives = or_(_KEY.expires_at.is_(None), _KEY.expires_at > self._clock())
        has_budget = [_KEY.max_budget.is_not(None)] if with_budget else []
        return self._batches([~_KEY.blocked, lives, *has_budget])

    async def _batches(self, conditions: Conditions) -> AsyncIterator[list[KeyView]]:
        query = select(*_SHOWN).where(*conditions).order_by(_KEY.key_id).limit(_BATCH)
        last = ""
        while batch := await self._entries(query.where(_KEY.key_id > last)):
            yield batch
            last = batch[-1].token

    async def teams(self, limit: int) -> list[str]:
        """Return the ids of the teams that have keys."""
        query = (
            select(_KEY.team_id)
            .where(_KEY.team_id.is_not(None))
            .distinct()
            .order_by(_KEY.team_id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [*await connection.scalars(query)]

    async def _entries(self, query: Select[Any]) -> list[KeyView]:
        async with self._database.reading() as connection:
            found = (await connection.execute(query)).mappings()
            return [KeyView(**{**row, "budget_limits": row["budget_limits"] or []}) for row in found]

    def _conditions(self, filters: KeyFilter) -> Conditions:
        found = [*_of_whom(filters), *_of_lifetime(filters)]
        if filters.state is not None:
            found += self._in_state(filters.state)
        if filters.can_manage_gateway is not None:
            found.append(_KEY.can_manage_gateway if filters.can_manage_gateway else ~_KEY.can_manage_gateway)
        if filters.no_budget:
            found.append(_KEY.max_budget.is_(None))
        if filters.no_contact:
            found += _without_contact(filters.lacking_contact)
        if filters.ids is not None:
            found.append(_KEY.key_id.in_(filters.ids))
        return found

    def _in_state(self, state: KeyState) -> Conditions:
        ended = _KEY.expires_at <= self._clock()
        lives = or_(_KEY.expires_at.is_(None), ~ended)
        spent = _KEY.spend >= _KEY.max_budget
        if state == "blocked":
            return [_KEY.blocked]
        if state == "expired":
            return [~_KEY.blocked, ended]
        if state == "over-budget":
            return [~_KEY.blocked, lives, spent]
        return [~_KEY.blocked, lives, or_(_KEY.max_budget.is_(None), ~spent)]


def _of_whom(filters: KeyFilter) -> Conditions:
    found: Conditions = []
    if filters.owner is not None:
        found.append(_KEY.user_id == filters.owner)
    if filters.team_id is not None:
        found.append(_KEY.team_id == filters.team_id)
    if filters.text:
        # Lower case on both sides: databases differ in how they compare other letters than ASCII.
        has_text = _KEY.searched.contains(filters.text.lower(), autoescape=True)
        found.append(or_(has_text, _KEY.user_id.in_(filters.people)) if filters.people else has_text)
    return found


def _without_contact(lacking: Sequence[str]) -> Conditions:
    is_unknown = _KEY.key_id.not_in(select(service_keys.c.key_id))
    return [_KEY.user_id.is_(None), _KEY.team_id.is_not(None), or_(_KEY.key_id.in_(lacking), is_unknown)]


def _of_lifetime(filters: KeyFilter) -> Conditions:
    found: Conditions = []
    if filters.expires_before is not None:
        found.append(_KEY.expires_at < filters.expires_before)
    if filters.never_expires:
        found.append(_KEY.expires_at.is_(None))
    if filters.idle_since is not None:
        since = filters.idle_since
        unused = _KEY.last_active_at.is_(None) & (_KEY.created_at < since)
        found.append(or_(_KEY.last_active_at < since, unused))
    return found


def _order(sort: Sort) -> Sequence[ColumnElement[Any]]:
    column = _KEY[sort.column]
    if sort.column in {"created_at", "spend"}:
        ordered: Any = column.desc() if sort.falling else column.asc()
    else:
        is_last = (sort.column in _LAST) != sort.falling
        ordered = column.desc() if sort.falling else column.asc()
        ordered = ordered.nulls_last() if is_last else ordered.nulls_first()
    return ordered, (_KEY.key_id.desc() if sort.falling else _KEY.key_id.asc())
