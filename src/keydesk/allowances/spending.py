"""How much a key can spend in a window, and what it has spent when it gives up its budget. Pure.

LiteLLM resets the spend of a key at the end of its budget period. A budget whose period is longer than the window, or
that never resets, can be spent completely in one window. One with a shorter period counts for each period in it.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction

from keydesk.allowances.windows import WINDOWS, Window
from keydesk.kit.durations import budget_period_days, length_of
from keydesk.litellm import Key

_DAY = timedelta(days=1)
_MONTH_DAYS = 30
_NOTHING = Fraction()


def exact(usd: float) -> Fraction:
    """Return the amount as it is written, so that 0.1 and 0.2 are 0.3 together."""
    return Fraction(repr(usd))


def most_in(window: Window, usd: float | None, period: str | None) -> Fraction | None:
    """Return the most that a budget allows in one window, or None without a limit."""
    days = _days_of(period)
    if usd is None or days is None:
        return None
    return exact(usd) * max(Fraction(1), window.days / days)


def may_spend(key: Key, window: Window) -> Fraction | None:
    """Return the most that a key can spend in one window, or None without a limit. The tightest budget decides."""
    budgets = [(key.max_budget, key.budget_duration)]
    budgets += [(each.max_budget, each.budget_duration) for each in key.budget_limits]
    most = [usd for usd in (most_in(window, *budget) for budget in budgets) if usd is not None]
    return min(most, default=None)


def given_up(before: Key, after: Key | None, now: datetime) -> Mapping[Window, Fraction]:
    """Return what counts until the end of each window, in addition to the key, after a change of its budget.

    `after` is None for a key that is deleted. Otherwise, a new key or another budget period would have what the key has
    spent in this window once more. A deleted key, or one with a smaller budget, never counts for more than before.
    """
    if after is not None and _budget(before) == _budget(after):
        return {}
    found = {window: _given_up(before, after, window, now) for window in WINDOWS}
    return {window: usd for window, usd in found.items() if usd > 0}


def bounds(before: Key, after: Key | None, window: Window) -> tuple[Fraction | None, Fraction]:
    """Return the most that `given_up` can be, or None without a limit, and how much of the spend the key still shows.

    They are for spend that LiteLLM had not recorded yet when the budget was changed.
    """
    old = may_spend(before, window)
    if after is None:
        return old, _NOTHING
    new = may_spend(after, window)
    if new is None or _budget(before) == _budget(after):
        return _NOTHING, _NOTHING
    if old is None or _periods(before) != _periods(after):
        return old, _NOTHING
    return max(_NOTHING, old - new), new


def _given_up(before: Key, after: Key | None, window: Window, now: datetime) -> Fraction:
    old = may_spend(before, window)
    if after is None:
        used = _used(before, window, now)
        return used if old is None else min(used, old)
    new = may_spend(after, window)
    if new is None:
        return _NOTHING
    is_same_period = _periods(before) == _periods(after)
    still_used = _still_used if is_same_period and not before.budget_limits else _used_again
    usd = max(_NOTHING, still_used(before, after, window, now) - new)
    return usd if old is None or not is_same_period or new > old else min(usd, old - new)


def _still_used(before: Key, after: Key, window: Window, now: datetime) -> Fraction:
    """Return the most that a key will have spent when the window ends, with another amount for the same period."""
    days, usd = _days_of(after.budget_duration), exact(after.max_budget or 0.0)
    if days is None or days >= window.days:
        return max(exact(before.spend), usd)
    left = Fraction((window.ends_at(now) - now) / _DAY)
    return _used(before, window, now) + usd * math.ceil(left / days)


def _used_again(before: Key, after: Key, window: Window, now: datetime) -> Fraction:
    """Return the most that a key will have spent when the window ends, if its spend can be reset at any time."""
    return _used(before, window, now) + (may_spend(after, window) or _NOTHING)


def _used(key: Key, window: Window, now: datetime) -> Fraction:
    """Return the most that the key can have spent in the current window.

    LiteLLM knows only the spend since the last reset. Earlier periods in the window count with the whole budget.
    """
    began_at = _period_began_at(key)
    since = max(window.began_at(now), key.created_at or window.began_at(now))
    days = _days_of(key.budget_duration)
    if began_at is None or began_at <= since or not days:
        return exact(key.spend)
    periods = math.ceil(Fraction((began_at - since) / _DAY) / days)
    return exact(key.spend) + exact(key.max_budget or 0.0) * periods


def _period_began_at(key: Key) -> datetime | None:
    """Return when LiteLLM last reset the spend, or None if the budget does not reset."""
    if key.budget_reset_at is None or key.budget_duration is None:
        return None
    days = budget_period_days(key.budget_duration)
    if days == _MONTH_DAYS:
        return (key.budget_reset_at - _DAY).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return key.budget_reset_at - timedelta(days=days or 1)


def _days_of(period: str | None) -> Fraction | None:
    """Return the length of a budget period; endless if it never resets, and None if it is unknown.

    LiteLLM ends a period in hours, minutes or seconds the next day at the latest.
    """
    if period is None:
        return _ENDLESS
    days = budget_period_days(period)
    if days is not None:
        return Fraction(days)
    try:
        return min(Fraction(1), Fraction(length_of(period) / _DAY))
    except ValueError:
        return None


_ENDLESS = Fraction(10**9)


def _budget(key: Key) -> tuple[object, ...]:
    return key.max_budget, key.budget_duration, _limits(key)


def _periods(key: Key) -> tuple[object, ...]:
    return key.budget_duration, frozenset(period for _, period in _limits(key))


def _limits(key: Key) -> frozenset[tuple[float, str]]:
    return frozenset((each.max_budget, each.budget_duration) for each in key.budget_limits)
