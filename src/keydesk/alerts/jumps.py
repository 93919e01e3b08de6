"""Finds days with much more spend than usual, by the median and the median absolute deviation. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from statistics import median

from keydesk.alerts.models import AlertRules

HISTORY_DAYS = 28
_LEAST_DAYS = 7
"""With fewer known days, nothing is usual yet."""
_LEAST_SPREAD = 0.1
"""The least spread, as a share of the median. A constant spend would otherwise give an alert for every difference."""


def jump(days: Mapping[date, float], since: date, today: date, rules: AlertRules) -> float | None:
    """Return the median spend of a day, in US dollars, if today's is far above it, or else None.

    `days` lacks days without spend. The day `since` is not complete, so that it does not count.
    """
    if rules.jump_factor is None:
        return None
    past = [today - timedelta(days=back) for back in range(1, HISTORY_DAYS + 1)]
    known = [days.get(day, 0.0) for day in past if day > since]
    if len(known) < _LEAST_DAYS:
        return None
    usual = median(known)
    spread = max(median(abs(usd - usual) for usd in known), usual * _LEAST_SPREAD)
    is_jump = days.get(today, 0.0) > usual + max(rules.jump_factor * spread, rules.jump_floor)
    return usual if is_jump else None
