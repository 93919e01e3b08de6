"""Parses dates and times of requests, and rejects values so extreme that date arithmetic could overflow.

Python supports the years 1 to 9999. Converting a time at either end to UTC raises OverflowError.
"""

import datetime as dt
import re
from typing import Annotated

from pydantic import AfterValidator

from keydesk.kit.messages import message
from keydesk.kit.problems import InvalidRequest

LONGEST_DAYS = 366
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DAY_YEARS = range(2000, 9999)
_TIME_YEARS = range(1970, 9999)


def read_day(param: str, text: str) -> dt.date:
    """Return the date in `text`, from 2000-01-01 to 9998-12-31.

    Raises InvalidRequest with `param` if the text is not in the format `YYYY-MM-DD`.
    """
    try:
        day = dt.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year not in _DAY_YEARS:
        raise InvalidRequest(
            message("%(param)s: expected a date such as 2026-01-31", param=param), param=param
        )
    return day


def check_days(start: dt.date, end: dt.date) -> None:
    """Raise InvalidRequest if the period ends before it starts, or is longer than 366 days."""
    if start > end:
        raise InvalidRequest(message("start_date: must not be after end_date"), param="start_date")
    if (end - start).days >= LONGEST_DAYS:
        raise InvalidRequest(
            message("start_date: must be at most %(days)s days before end_date", days=LONGEST_DAYS),
            param="start_date",
        )


def in_utc(moment: dt.datetime) -> dt.datetime:
    """Return the time in UTC. A time without a time zone is interpreted as UTC.

    Raises ValueError for a time before 1970 or after 9998.
    """
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    # Check the year before the conversion, which raises an error in the years 1 and 9999.
    if aware.year not in _TIME_YEARS or aware.astimezone(dt.UTC).year not in _TIME_YEARS:
        raise ValueError("expected a time from 1970 to 9998")
    return aware.astimezone(dt.UTC)


def _moment(text: str) -> str:
    try:
        return in_utc(dt.datetime.fromisoformat(text)).isoformat()
    except ValueError:
        raise ValueError("expected a time such as 2026-01-31T12:00:00Z") from None


MomentText = Annotated[str, AfterValidator(_moment)]
"""A time in ISO 8601, stored as text in UTC because strict request bodies do not accept other types."""
