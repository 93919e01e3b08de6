"""What is asked of usage: which days, of which models, keys and teams, in which groups. Pure shapes."""

import datetime as dt
from dataclasses import dataclass

from keydesk.kit.dates import check_days, read_day
from keydesk.usage.models import GroupBy

DEFAULT_DAYS = 30


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
    end = read_day("end_date", end_date) if end_date is not None else today
    start = (
        read_day("start_date", start_date)
        if start_date is not None
        else end - dt.timedelta(days=DEFAULT_DAYS - 1)
    )
    check_days(start, end)
    return Period(start, end)


@dataclass(frozen=True, slots=True)
class Only:
    """Leaves out all but this model (by name), key (by our id) and team (by LiteLLM's id). None leaves out nothing."""

    model: str | None = None
    key: str | None = None
    team: str | None = None

    def __bool__(self) -> bool:
        return (self.model, self.key, self.team) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Question:
    """`group_by` None asks for the report that the web client reads."""

    period: Period
    only: Only = Only()
    group_by: GroupBy | None = None
