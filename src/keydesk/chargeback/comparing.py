"""Compares LiteLLM's total of each day with the sum of its spend logs. Pure.

Spend logs can be turned off, and LiteLLM can delete old ones (`maximum_spend_logs_retention_period`). Their sum of a
past day only grows until then, so that the largest sum that was read is the complete one.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from keydesk.chargeback.models import DaySums, DayTotal, LogReason
from keydesk.chargeback.policy import usd_of
from keydesk.chargeback.responses import LoggedDay, SpendLogTotals

READ_EVERY = dt.timedelta(hours=20)
_OLDEST, _NEWEST = dt.timedelta(days=30), dt.timedelta(days=2)
"""LiteLLM reports the last 30 days. The last two are left out: its tables and its logs are written apart."""
_MICRODOLLAR = 1000
_RELATIVE = 10**9


def compared_days(now: dt.datetime) -> tuple[dt.date, dt.date]:
    """Return the first and the last day that can be compared now."""
    return now.date() - _OLDEST, now.date() - _NEWEST


def newer_sums(known: Mapping[dt.date, int | None], found: Mapping[dt.date, int]) -> dict[dt.date, int]:
    """Return the sums to store. `known` are the stored ones. Days whose logs were deleted since keep theirs."""
    return {
        day: found[day]
        for day, before in known.items()
        if day in found and (before is None or found[day] > before)
    }


def reason_of(day: DayTotal) -> LogReason | None:
    """Return why the day differs, or None if it was not compared or is equal, but for the rounding of floats."""
    if day.logged_at is None:
        return None
    difference = (day.logged or 0) - day.spend
    if abs(difference) <= _MICRODOLLAR + abs(day.spend) // _RELATIVE:
        return None
    if day.logged is None:
        return "no_logs"
    return "more_logs" if difference > 0 else "fewer_logs"


def spend_log_totals(days: DaySums) -> SpendLogTotals:
    """Return how the days of a month compare."""
    compared = [day for day in days.totals if day.logged_at is not None]
    gateway, logged = sum(day.spend for day in compared), sum(day.logged or 0 for day in compared)
    return SpendLogTotals(
        days_compared=len(compared),
        gateway_usd=usd_of(gateway),
        logged_usd=usd_of(logged),
        difference_usd=usd_of(logged - gateway),
        differing_days=_differing(compared),
    )


def _differing(days: Sequence[DayTotal]) -> list[LoggedDay]:
    return [
        LoggedDay(
            date=day.day,
            gateway_usd=usd_of(day.spend),
            logged_usd=None if day.logged is None else usd_of(day.logged),
            reason=reason,
        )
        for day in days
        if (reason := reason_of(day)) is not None
    ]
