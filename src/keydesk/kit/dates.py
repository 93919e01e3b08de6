"""Reads the days and times that callers send. Both stay so far inside the calendar that arithmetic cannot leave it.

Pure. Python's calendar has the years 1 to 9999, and converting a time at either end to UTC raises OverflowError.
"""

import datetime as dt
import re
from typing import Annotated

from pydantic import AfterValidator

from keydesk.kit.problems import InvalidRequest

LONGEST_DAYS = 366
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DAY_YEARS = range(2000, 9999)
_TIME_YEARS = range(1970, 9999)


def read_day(param: str, text: str) -> dt.date:
    """Return the day that `text` names, from 2000-01-01 to 9998-12-31.

    Raises InvalidRequest, naming `param`, for anything but `YYYY-MM-DD`.
    """
    try:
        day = dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year not in _DAY_YEARS:
        raise InvalidRequest(f"{param}: expected a day such as 2026-01-31", param=param)
    return day


def check_days(start: dt.date, end: dt.date) -> None:
    """Raise InvalidRequest where the period ends before it starts, or has more than 366 days."""
    if start > end:
        raise InvalidRequest("start_date: expected a day not after end_date", param="start_date")
    if (end - start).days >= LONGEST_DAYS:
        raise InvalidRequest(
            f"start_date: expected at most {LONGEST_DAYS} days up to end_date", param="start_date"
        )


def in_utc(moment: dt.datetime) -> dt.datetime:
    """Return the moment in UTC, which a time without a zone is taken to be in.

    Raises ValueError for a moment before 1970 or after 9998.
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    # The year as written decides first: at the ends of the calendar the conversion itself fails.
    if aware.year not in _TIME_YEARS or aware.astimezone(dt.UTC).year not in _TIME_YEARS:
        raise ValueError("expected a time from 1970 to 9998")
    return aware.astimezone(dt.UTC)


def _moment(text: str) -> str:
    try:
        return in_utc(dt.datetime.fromisoformat(text)).isoformat()
    except ValueError:
        raise ValueError("expected a time such as 2026-01-31T12:00:00Z") from None


MomentText = Annotated[str, AfterValidator(_moment)]
"""A time in ISO 8601, kept as text in UTC: a strict body takes no other type for a time."""
