"""Parameters of a usage request: period, filters and groups. Pure."""

import datetime as dt
from dataclasses import dataclass

from keydesk.kit.dates import check_days, read_day
from keydesk.usage.models import GroupBy

DEFAULT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` to `end`, both included, in UTC."""

    start: dt.date
    end: dt.date


def parse_period(start_date: str | None, end_date: str | None, today: dt.date) -> Period:
    """Return the period, by default the last 30 days up to today.

    Raises InvalidRequest with the parameter's name for anything but `YYYY-MM-DD`, a start after the end, or more
    than 366 days.
    """
    end = read_day("end_date", end_date) if end_date is not None else today
    start = (
        read_day("start_date", start_date)
        if start_date is not None
        else end - dt.timedelta(days=DEFAULT_DAYS - 1)
    )
    check_days(start, end)
    return Period(start, end)


@dataclass(frozen=True, slots=True)
class UsageFilters:
    """Filters by model (name), key (Keydesk's id) and team (LiteLLM's id). None matches everything."""

    model: str | None = None
    key: str | None = None
    team: str | None = None

    def __bool__(self) -> bool:
        return (self.model, self.key, self.team) != (None, None, None)


@dataclass(frozen=True, slots=True)
class UsageRequest:
    """What a caller asks for. Without `group_by`, the result is a UsageView."""

    period: Period
    filters: UsageFilters = UsageFilters()
    group_by: GroupBy | None = None
