"""Forecasts a budget from the spend of the last week. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

_DAYS_LOOKED_AT = 7
_MONTH = 30


@dataclass(frozen=True, slots=True)
class Forecast:
    """`per_day` is in US dollars. `used_up_on` is None if the budget lasts until its reset or does not run out.

    `by_reset` is the expected spend at the next reset, `per_month` the cost of thirty such days.
    """

    per_day: float
    used_up_on: dt.date | None
    by_reset: float | None

    @property
    def per_month(self) -> float:
        return self.per_day * _MONTH


@dataclass(frozen=True, slots=True)
class Budget:
    """Spend and limit of the current period, and its end. None means no limit or no reset."""

    spend: float
    limit: float | None
    resets_at: dt.datetime | None


def forecast(spend_by_day: Mapping[dt.date, float], budget: Budget, now: dt.datetime) -> Forecast | None:
    """Return the forecast, or None without spend in the last seven days."""
    today = now.date()
    days = [today - dt.timedelta(days=offset) for offset in range(_DAYS_LOOKED_AT)]
    # Today is not complete. Counting it as a full day would lower the rate in the morning.
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
