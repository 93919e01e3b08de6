"""The days a usage question asks about. Pure."""

import datetime as dt
import re
from dataclasses import dataclass

from keydesk.problems import InvalidRequest

LONGEST_DAYS = 366
DEFAULT_DAYS = 30
_FIRST_YEAR = 2000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, both included, in UTC."""

    start: dt.date
    end: dt.date


def parse_period(start_date: str | None, end_date: str | None, today: dt.date) -> Period:
    """The period asked for; by default the thirty days up to today.

    Raises InvalidRequest, naming the parameter, for anything but `YYYY-MM-DD`, a start after the end, or
    more than 366 days.
    """
    end = _date("end_date", end_date) if end_date is not None else today
    start = (
        _date("start_date", start_date)
        if start_date is not None
        else end - dt.timedelta(days=DEFAULT_DAYS - 1)
    )
    if start > end:
        raise InvalidRequest("start_date: expected a day not after end_date", param="start_date")
    if (end - start).days >= LONGEST_DAYS:
        raise InvalidRequest(
            f"start_date: expected at most {LONGEST_DAYS} days up to end_date", param="start_date"
        )
    return Period(start, end)


def _date(param: str, text: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year < _FIRST_YEAR:
        raise InvalidRequest(f"{param}: expected a day such as 2026-01-31", param=param)
    return day
