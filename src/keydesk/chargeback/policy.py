"""Months, amounts, and when days are read and months closed. Pure.

An amount is a whole number of billionths of a US dollar ("nano-dollars"). Each row of LiteLLM is rounded to it, half to
even. All sums are exact sums of rows, and only what a page shows is rounded to cents.
"""

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from keydesk.settings import Chargeback

NANO = Decimal("1e-9")
_CENT = Decimal("0.01")
_PER_DOLLAR = 10**9
_READ_AGAIN_AFTER = dt.timedelta(hours=20)
"""A past day is read again about once a day; the job does not run at exactly the same time every day."""


def nanos_of(usd: float) -> int:
    """Return LiteLLM's amount in US dollars as a whole number of billionths."""
    return int((Decimal(repr(usd)) * _PER_DOLLAR).to_integral_value(ROUND_HALF_EVEN))


def usd_of(nanos: int) -> Decimal:
    """Return the amount in US dollars with nine decimals."""
    return (Decimal(nanos) * NANO).quantize(NANO)


def cents_of(nanos: int) -> Decimal:
    """Return the amount in US dollars, rounded to cents, half to even."""
    return (Decimal(nanos) * NANO).quantize(_CENT, ROUND_HALF_EVEN)


def plain(amount: Decimal) -> str:
    """Return the amount without an exponent."""
    return f"{amount:f}"


def month_of(day: dt.date) -> str:
    return f"{day:%Y-%m}"


def first_day(month: str) -> dt.date:
    return dt.date.fromisoformat(f"{month}-01")


def last_day(month: str) -> dt.date:
    first = first_day(month)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_after(month: str) -> str:
    return month_of(last_day(month) + dt.timedelta(days=1))


def days_of(month: str, until: dt.date) -> Iterator[dt.date]:
    """Yield the days of a month up to `until`, which is included."""
    day = first_day(month)
    while day <= min(last_day(month), until):
        yield day
        day += dt.timedelta(days=1)


def due_days(
    first_month: str, read_at: Mapping[dt.date, dt.datetime], now: dt.datetime, settings: Chargeback
) -> list[dt.date]:
    """Return the days to read from LiteLLM now, oldest first: unread ones, and late and current ones once a day."""
    due, day = [], first_day(first_month)
    while day <= now.date():
        if _is_due(day, read_at.get(day), now, settings):
            due.append(day)
        day += dt.timedelta(days=1)
    return due


def _is_due(day: dt.date, read_at: dt.datetime | None, now: dt.datetime, settings: Chargeback) -> bool:
    if read_at is None or day == now.date():
        return True
    if read_at.date() <= day:
        return True  # the day was not over
    is_late = now.date() - day <= dt.timedelta(days=settings.late_days)
    return is_late and now - read_at >= _READ_AGAIN_AFTER


def closes_at(month: str, settings: Chargeback) -> dt.datetime:
    """Return when the statement of the month is closed."""
    end = dt.datetime.combine(first_day(month_after(month)), dt.time(), dt.UTC)
    return end + dt.timedelta(days=settings.close_after_days)


def is_settled(month: str, read_at: Mapping[dt.date, dt.datetime]) -> bool:
    """Return whether every day of the month was read at least once after it was over."""
    return all(
        (at := read_at.get(day)) is not None and at.date() > day for day in days_of(month, dt.date.max)
    )
