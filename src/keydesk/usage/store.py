"""Stores past days of usage: one row per subject and day with usage, and one row per subject."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Date, LargeBinary, Select, and_, cast, delete, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from keydesk.storage.database import Database
from keydesk.storage.tables import UtcDateTime, usage_days, usage_subjects
from keydesk.usage.codec import CELLS_CODEC, FIGURES_CODEC, INTERVALS_CODEC, NAMES_CODEC
from keydesk.usage.coverage import Coverage, Interval, covering, missing
from keydesk.usage.figures import day_cells, day_figures
from keydesk.usage.names import NameLists, Names
from keydesk.usage.subjects import FetchedDays, StoredDay, StoredUsage, Subject

_SLACK = dt.timedelta(days=31)
"""Extra days before old ones are deleted, so that not every subject is written every day."""
_of, _on = usage_subjects.c, usage_days.c


class UsageStore:
    """`key_id` converts LiteLLM's hash of a key to Keydesk's id."""

    def __init__(self, database: Database, key_id: Callable[[str], str]) -> None:
        self._database = database
        self.key_id = key_id

    async def find(self, subject: Subject, wanted: Interval, *, cells: bool) -> StoredUsage | None:
        """Return the stored days in `wanted`, or None. Days with damaged data count as missing."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(_lookup(subject, wanted, cells=cells))).all()
        head = next((row for row in rows if row.day is None), None)
        names = NAMES_CODEC.decode(head.figures) if head else None
        if head is None or names is None:
            return None
        days = [_day(row) for row in rows if row.day is not None]
        damaged = {row.day for row in rows if row.day is not None} - {day.day for day in days if day}
        covered = _intervals(head.cells)
        for day in damaged:
            covered = _without(covered, day)
        good = sorted((day for day in days if day), key=lambda day: day.day)
        return StoredUsage(covered, names, good, head.read_at, head.asked_on)

    async def save(self, fetched: Sequence[FetchedDays], *, asked_on: dt.date, by_job: bool = False) -> None:
        """Store complete days in one transaction. Existing rows are replaced if they differ."""
        async with self._database.writing() as connection:
            for each in fetched:
                await self._save(connection, each, asked_on, by_job=by_job)

    async def touch(self, subject: Subject, asked_on: dt.date) -> None:
        """Record the date of the last request."""
        async with self._database.writing() as connection:
            await connection.execute(update(usage_subjects).where(_is(subject)).values(asked_on=asked_on))

    async def due(self, today: dt.date, asked_since: dt.date, limit: int) -> list[Subject]:
        """Return subjects requested since `asked_since` whose latest days were not checked today."""
        unchecked = or_(_of.checked_on.is_(None), _of.checked_on < today)
        query = select(_of.kind, _of.name).where(unchecked, _of.asked_on >= asked_since)
        async with self._database.reading() as connection:
            return [Subject(*row) for row in await connection.execute(query.order_by(_of.id).limit(limit))]

    async def forget(self, subject: Subject) -> Coverage:
        """Delete all data of a subject. Return the days that were stored."""
        async with self._database.writing() as connection:
            covered = await connection.scalar(
                delete(usage_subjects).where(_is(subject)).returning(_of.covered)
            )
        return _intervals(covered) if covered else ()

    async def prune(self, stored_since: dt.date, asked_since: dt.date) -> int:
        """Delete days before `stored_since` and subjects not requested since. Return the subjects' number."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(usage_subjects).where(_of.asked_on < asked_since))
            query = select(_of.id, _of.covered).where(_of.oldest < stored_since - _SLACK)
            old = (await connection.execute(query)).all()
            for subject_id, covered in old:
                rest = Interval(stored_since, dt.date.max)
                await _set_covered(
                    connection, subject_id, (each.within(rest) for each in _intervals(covered))
                )
                await connection.execute(
                    delete(usage_days).where(_on.subject_id == subject_id, _on.day < stored_since)
                )
        return gone.rowcount + len(old)

    async def _save(
        self, connection: AsyncConnection, fetched: FetchedDays, asked_on: dt.date, *, by_job: bool
    ) -> None:
        await self._introduce(connection, fetched, asked_on)
        query = select(_of.id, _of.names, _of.covered).where(_is(fetched.subject)).with_for_update()
        subject_id, stored_names, covered = (await connection.execute(query)).one()
        lists = NAMES_CODEC.decode(stored_names)
        if lists is None:
            # The days cannot be read without their names.
            await connection.execute(delete(usage_days).where(_on.subject_id == subject_id))
            covered = INTERVALS_CODEC.encode([])
        names = Names(lists or NameLists(), self.key_id)
        await self._replace_days(connection, subject_id, fetched, names)
        await _set_covered(connection, subject_id, [*_intervals(covered), fetched.interval])
        seen = {"checked_on": asked_on} if by_job else {"asked_on": asked_on}
        changed = {"names": NAMES_CODEC.encode(names.lists), "read_at": fetched.read_at, **seen}
        await connection.execute(update(usage_subjects).where(_of.id == subject_id).values(changed))

    async def _introduce(self, connection: AsyncConnection, fetched: FetchedDays, asked_on: dt.date) -> None:
        row: dict[str, Any] = {
            "kind": fetched.subject.kind,
            "name": fetched.subject.name,
            "names": NAMES_CODEC.encode(NameLists()),
            "covered": INTERVALS_CODEC.encode([]),
            "oldest": fetched.interval.start,
            "read_at": fetched.read_at,
            "asked_on": asked_on,
        }
        await connection.execute(
            self._database.insert_into(usage_subjects).values(row).on_conflict_do_nothing()
        )

    async def _replace_days(
        self, connection: AsyncConnection, subject_id: int, fetched: FetchedDays, names: Names
    ) -> None:
        found = {
            day.date: {
                "figures": FIGURES_CODEC.encode(day_figures(day, names)),
                "cells": CELLS_CODEC.encode(day_cells(day, names)),
            }
            for day in fetched.days
        }
        span = (_on.subject_id == subject_id, _on.day.between(fetched.interval.start, fetched.interval.end))
        stored = await connection.execute(select(_on.day, _on.figures, _on.cells).where(*span))
        before = {row.day: {"figures": row.figures, "cells": row.cells} for row in stored}
        if gone := before.keys() - found.keys():
            await connection.execute(delete(usage_days).where(span[0], _on.day.in_(gone)))
        rows = [
            {"subject_id": subject_id, "day": day, **content}
            for day, content in found.items()
            if before.get(day) != content
        ]
        if rows:
            insert = self._database.insert_into(usage_days)
            again = {"figures": insert.excluded.figures, "cells": insert.excluded.cells}
            statement = insert.on_conflict_do_update(index_elements=[_on.subject_id, _on.day], set_=again)
            await connection.execute(statement, rows)


async def _set_covered(connection: AsyncConnection, subject_id: int, intervals: Iterable[Interval]) -> None:
    known = covering(intervals)
    packed = INTERVALS_CODEC.encode([(each.start.toordinal(), each.end.toordinal()) for each in known])
    oldest = known[0].start if known else dt.date.max
    await connection.execute(
        update(usage_subjects).where(_of.id == subject_id).values(covered=packed, oldest=oldest)
    )


def _lookup(subject: Subject, wanted: Interval, *, cells: bool) -> Any:
    """The subject's row (`day` is null) and its days, in one statement for a consistent snapshot."""
    head: Select[Any] = select(
        cast(null(), Date).label("day"),
        _of.names.label("figures"),
        _of.covered.label("cells"),
        _of.read_at,
        _of.asked_on,
    ).where(_is(subject))
    days: Select[Any] = (
        select(
            _on.day,
            _on.figures,
            _on.cells if cells else cast(null(), LargeBinary),
            cast(null(), UtcDateTime),
            cast(null(), Date),
        )
        .join(usage_subjects, _of.id == _on.subject_id)
        .where(_is(subject), _on.day.between(wanted.start, wanted.end))
    )
    return head.union_all(days)


def _is(subject: Subject) -> Any:
    return and_(_of.kind == subject.kind, _of.name == subject.name)


def _day(row: Any) -> StoredDay | None:
    figures = FIGURES_CODEC.decode(row.figures)
    cells = CELLS_CODEC.decode(row.cells) if row.cells is not None else None
    if figures is None or (row.cells is not None and cells is None):
        return None
    return StoredDay(row.day, figures, cells)


def _intervals(stored: bytes) -> Coverage:
    """Return no days for damaged data, so that every day is read again."""
    listed = INTERVALS_CODEC.decode(stored) or []
    return tuple(Interval(dt.date.fromordinal(start), dt.date.fromordinal(end)) for start, end in listed)


def _without(covered: Coverage, day: dt.date) -> Coverage:
    return tuple(gap for each in covered for gap in missing(each, [Interval(day, day)]))
