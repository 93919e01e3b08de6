"""Filters for reading the audit log. Pure."""

import datetime as dt
from dataclasses import dataclass

from keydesk.kit.dates import check_days, read_day
from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest


@dataclass(frozen=True, slots=True)
class Range:
    """A time range in UTC, from `start` (inclusive) to `end` (exclusive). None means no limit."""

    start: dt.datetime | None = None
    end: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that a change must meet. None matches everything; `actors` match any of the values."""

    during: Range = Range()
    action: str | None = None
    table_name: str | None = None
    actors: tuple[str, ...] | None = None
    object_id: str | None = None

    @property
    def is_empty(self) -> bool:
        return self == Filter()


def range_of_days(start_date: str | None, end_date: str | None) -> Range:
    """Return the range from the first to the last day, both inclusive. Either can be None.

    Raises InvalidRequest if a date is not `YYYY-MM-DD`, the start is after the end, or the range exceeds 366 days.
    """
    start = read_day("start_date", start_date) if start_date else None
    end = read_day("end_date", end_date) if end_date else None
    if start and end:
        check_days(start, end)
    return Range(_midnight(start) if start else None, _midnight(end + dt.timedelta(days=1)) if end else None)


def filter_of(during: Range, *, action: str | None, table_name: str | None, changed_by: str | None) -> Filter:
    """Return a filter. An empty value matches everything.

    Raises InvalidRequest for control characters, which no entry contains and PostgreSQL partly rejects.
    """
    params = {"action": action, "table_name": table_name, "changed_by": changed_by}
    for param, text in params.items():
        if text and not text.isprintable():
            raise InvalidRequest(
                message("%(param)s: expected text without control characters", param=param), param=param
            )
    return Filter(during, action or None, table_name or None, actors_named(changed_by))


def actors_named(name: str | None) -> tuple[str, ...] | None:
    """Return the actors that `name` can refer to: a full reference, or the name of a person."""
    if not name:
        return None
    return (name,) if ":" in name else (name, f"user:default/{name.lower()}")


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
