"""The periods the usage page offers beside days of one's own. Pure."""

import datetime as dt
from dataclasses import dataclass

from keydesk.usage.question import Period

_DAYS = (7, 30, 90, 365)


@dataclass(frozen=True, slots=True)
class Offer:
    """A period by its name. `chosen` is True for the one that is shown."""

    label: str
    period: Period
    chosen: bool


def offers(today: dt.date, shown: Period) -> list[Offer]:
    """The last days and the months up to `today`, in UTC like all of LiteLLM's days."""
    first = today.replace(day=1)
    before = first - dt.timedelta(days=1)
    named = [(f"{days} days", Period(today - dt.timedelta(days=days - 1), today)) for days in _DAYS]
    named += [("This month", Period(first, today)), ("Last month", Period(before.replace(day=1), before))]
    chosen = next((label for label, period in named if period == shown), None)
    return [Offer(label, period, label == chosen) for label, period in named]


def days_of(period: Period) -> list[dt.date]:
    """Every day of the period, in order."""
    return [
        period.start + dt.timedelta(days=offset) for offset in range((period.end - period.start).days + 1)
    ]
