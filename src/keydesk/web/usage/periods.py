"""The preset periods of the usage page. Pure."""

import datetime as dt
from dataclasses import dataclass

from keydesk.usage.question import Period
from keydesk.web.language import gettext as _
from keydesk.web.language import ngettext

_DAYS = (7, 30, 90, 365)


@dataclass(frozen=True, slots=True)
class Offer:
    """A preset period. `chosen` marks the one that is shown."""

    label: str
    period: Period
    chosen: bool


def offers(today: dt.date, shown: Period) -> list[Offer]:
    """Return the presets up to `today`, in UTC like LiteLLM's days."""
    first = today.replace(day=1)
    before = first - dt.timedelta(days=1)
    named = [
        (
            ngettext("%(num)d day", "%(num)d days", days, num=days),
            Period(today - dt.timedelta(days=days - 1), today),
        )
        for days in _DAYS
    ]
    named += [
        (_("This month"), Period(first, today)),
        (_("Last month"), Period(before.replace(day=1), before)),
    ]
    chosen = next((label for label, period in named if period == shown), None)
    return [Offer(label, period, label == chosen) for label, period in named]


def days_of(period: Period) -> list[dt.date]:
    """Return every day of the period in order."""
    return [
        period.start + dt.timedelta(days=offset) for offset in range((period.end - period.start).days + 1)
    ]
