"""Durations such as `30d` or `1y`: a whole number and a unit. Validates them and converts them to LiteLLM's format."""

import re
from datetime import timedelta

_FORM = re.compile(r"([1-9][0-9]{0,8})(s|mo|m|h|d|w|y)")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "mo": 2_635_200, "y": 31_622_400}
_CLOCK_UNITS = {"s", "m", "h"}
_PERIOD_DAYS = {"d": 1, "w": 7, "mo": 30}
_LONGEST_SECONDS = 10 * _SECONDS["y"]


def check_duration(text: str) -> str:
    """Return the duration unchanged. Raises ValueError if it is invalid or longer than ten years."""
    number, unit = _split(text)
    if number * _SECONDS[unit] > _LONGEST_SECONDS:
        raise ValueError("must be at most ten years")
    return text


def length_of(text: str) -> timedelta:
    """Return the length of a duration. A month counts as 30.5 days and a year as 366 days."""
    number, unit = _split(text)
    return timedelta(seconds=number * _SECONDS[unit])


def max_length_of(text: str) -> timedelta:
    """Return the longest time that a duration can take. LiteLLM counts months by the calendar.

    A year counts as 366 days, and another month as 31 days, so that `12mo` equals `1y`.
    """
    number, unit = _split(text)
    if unit not in {"mo", "y"}:
        return length_of(text)
    years, months = divmod(number if unit == "mo" else 12 * number, 12)
    return timedelta(days=366 * years + 31 * months)


def to_litellm(text: str) -> str:
    """Return the lifetime of a key in LiteLLM's format. LiteLLM has no years, so a year becomes 12 months."""
    number, unit = _split(text)
    return f"{number * 12}mo" if unit == "y" else text


def to_litellm_budget(text: str) -> str:
    """Return the budget period in LiteLLM's format.

    LiteLLM rejects more than one month (400), so longer periods become days. It ends a period in hours, minutes or
    seconds the next day at the latest (`999h` too), so multiples of 24 hours become days. Release 1.84 ends a period
    in weeks at the next midnight, so weeks become days.
    """
    number, unit = _split(text)
    if unit == "y":
        return f"{number * 365}d"
    if unit == "w":
        return f"{number * 7}d"
    if unit == "mo" and number > 1:
        return f"{number * 30}d"
    days, rest = divmod(number * _SECONDS[unit], _SECONDS["d"])
    return f"{days}d" if unit in _CLOCK_UNITS and not rest else text


def budget_period_days(text: str) -> int | None:
    """Return the days of a budget period in LiteLLM's format, or None if it is not a number of whole days.

    A month counts as 30 days. The result is None for hours, minutes and seconds, because LiteLLM ends such a period
    the next day at the latest, and for other values that LiteLLM accepts, such as `monthly`.
    """
    form = _FORM.fullmatch(text)
    if form is None or form[2] in {*_CLOCK_UNITS, "y"}:
        return None
    return int(form[1]) * _PERIOD_DAYS[form[2]]


def _split(text: str) -> tuple[int, str]:
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError("expected a whole number and a unit (s, m, h, d, w, mo or y), such as 30d")
    return int(form[1]), form[2]
