"""LiteLLM's duration strings: lifetimes of keys and budget periods."""

import re
from calendar import monthrange
from datetime import datetime, timedelta
from typing import Final

_LIFETIME: Final = re.compile(r"(\d+)(mo|[smhdw]?)")
_BUDGET: Final = re.compile(r"([1-9]\d*)([smhdw])|1mo")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DAY: Final = 86400


class BadDurationError(ValueError):
    """An invalid duration, with LiteLLM's own message."""


def expiry(now: datetime, duration: str) -> datetime:
    """Return when a key made at `now` ends.

    Observed on 1.109.1: `12mo` counts calendar months, `0s` ends immediately, `1y` and `1D` are unsupported
    units, anything not starting with digits is an invalid format.
    """
    match = _LIFETIME.match(duration)
    if match is None:
        raise BadDurationError("Invalid duration format")
    amount, unit = int(match[1]), match[2]
    if not unit:
        raise BadDurationError(f"Unsupported duration unit, passed duration: {duration}")
    if unit == "mo":
        return _plus_months(now, amount)
    try:
        return now + timedelta(seconds=amount * _SECONDS[unit])
    except OverflowError as error:
        raise BadDurationError(str(error)) from error


def is_budget_duration(duration: str) -> bool:
    """Return whether LiteLLM accepts this as `budget_duration`: `1mo` is the only month, years are refused."""
    return _BUDGET.fullmatch(duration) is not None


def next_reset(now: datetime, duration: str) -> datetime:
    """Return the next moment a budget of this duration starts again.

    LiteLLM aligns to the calendar: `7d` and `1w` to Monday, `30d` and `1mo` to the first of a month,
    other days to midnight, hours, minutes and seconds to their own multiples. More hours, minutes or seconds
    than a day has end the next day, at the time of day that is left over.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if duration in {"30d", "1mo"}:
        return _plus_months(midnight.replace(day=1), 1)
    if duration in {"7d", "1w"}:
        return midnight + timedelta(days=7 - now.weekday())
    match = _BUDGET.fullmatch(duration)
    if match is None:
        raise BadDurationError("Invalid duration format")
    number, unit = int(match[1]), match[2]
    if unit in {"d", "w"}:
        return midnight + timedelta(seconds=number * _SECONDS[unit])
    return midnight + timedelta(seconds=_clock_reset(now, number, unit))


def _clock_reset(now: datetime, number: int, unit: str) -> int:
    """Return the seconds from midnight to the next multiple of the hours, minutes or seconds."""
    passed, current = {
        "h": (0, now.hour),
        "m": (now.hour * 3600, now.minute),
        "s": (now.hour * 3600 + now.minute * 60, now.second),
    }[unit]
    reset = passed + (current // number + 1) * number * _SECONDS[unit]
    return reset if reset < _DAY else _DAY + reset % _DAY


def _plus_months(moment: datetime, months: int) -> datetime:
    """Add calendar months, limited to the last day of the resulting month."""
    total = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(total, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
