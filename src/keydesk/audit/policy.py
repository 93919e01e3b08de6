"""What a reader of the log may ask for. Pure."""

import datetime as dt
from dataclasses import dataclass

from keydesk.kit.dates import check_days, read_day
from keydesk.kit.problems import InvalidRequest


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` up to but not including `end`, in UTC; None is no limit."""

    start: dt.datetime | None = None
    end: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which changes are wanted; what is None does not count. `actors` are alternatives."""

    during: Range = Range()
    action: str | None = None
    table_name: str | None = None
    actors: tuple[str, ...] | None = None

    @property
    def is_empty(self) -> bool:
        return self == Filter()


def asked_range(start_date: str | None, end_date: str | None) -> Range:
    """Both days included; either may be left out.

    Raises InvalidRequest for anything but `YYYY-MM-DD`, a start after the end, or more than 366 days.
    """
    start = read_day("start_date", start_date) if start_date else None
    end = read_day("end_date", end_date) if end_date else None
    if start and end:
        check_days(start, end)
    return Range(_midnight(start) if start else None, _midnight(end + dt.timedelta(days=1)) if end else None)


def filter_of(during: Range, *, action: str | None, table_name: str | None, changed_by: str | None) -> Filter:
    """The filter that was asked for; an empty text asks for anything.

    Raises InvalidRequest for characters that no entry has, and of which PostgreSQL does not take all.
    """
    said = {"action": action, "table_name": table_name, "changed_by": changed_by}
    for param, text in said.items():
        if text and not text.isprintable():
            raise InvalidRequest(f"{param}: expected text without control characters", param=param)
    return Filter(during, action or None, table_name or None, actors_named(changed_by))


def actors_named(name: str | None) -> tuple[str, ...] | None:
    """Whom `changed_by` may mean: a full reference, or the bare name of a person."""
    if not name:
        return None
    return (name,) if ":" in name else (name, f"user:default/{name.lower()}")


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)
