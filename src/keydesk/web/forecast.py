"""Forecast of a budget at the rate of the last week. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

_DAYS_LOOKED_AT = 7
_MONTH = 30


@dataclass(frozen=True, slots=True)
class Forecast:
    """`per_day` is the pace in US dollars. `used_up_on` is None where the budget outlasts its period, or for good.

    `by_reset` is what will have been spent when the budget resets, `per_month` what thirty such days cost.
    """

    per_day: float
    used_up_on: dt.date | None
    by_reset: float | None

    @property
    def per_month(self) -> float:
        return self.per_day * _MONTH


@dataclass(frozen=True, slots=True)
class Budget:
    """What is spent of how much in the current period, and when the next begins; None for no limit, or never."""

    spend: float
    limit: float | None
    resets_at: dt.datetime | None


def forecast(spend_by_day: Mapping[dt.date, float], budget: Budget, now: dt.datetime) -> Forecast | None:
    """None without any spend in the last seven days: then there is no pace to go by."""
    today = now.date()
    days = [today - dt.timedelta(days=offset) for offset in range(_DAYS_LOOKED_AT)]
    # Today is not over; counting it as a whole day would make mornings look thrifty.
    elapsed = _DAYS_LOOKED_AT - 1 + max(now.hour, 1) / 24
    per_day = sum(spend_by_day.get(day, 0.0) for day in days) / elapsed
    if per_day <= 0:
        return None
    until_reset = (budget.resets_at - now).total_seconds() / 86_400 if budget.resets_at else None
    by_reset = budget.spend + per_day * until_reset if until_reset and until_reset > 0 else None
    return Forecast(per_day, _used_up_on(budget, per_day, now), by_reset)


def _used_up_on(budget: Budget, per_day: float, now: dt.datetime) -> dt.date | None:
    if budget.limit is None:
        return None
    days_left = max(budget.limit - budget.spend, 0.0) / per_day
    if days_left > 366 * 10:
        return None
    at = now + dt.timedelta(days=days_left)
    return at.date() if budget.resets_at is None or at < budget.resets_at else None
