"""Lengths of time: a whole number and a unit, such as `30d` or `1y`, and how LiteLLM wants them written."""

import re

_FORM = re.compile(r"([1-9][0-9]{0,8})(s|mo|m|h|d|w|y)")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "mo": 2_635_200, "y": 31_622_400}
_CLOCK_UNITS = {"s", "m", "h"}
_PERIOD_DAYS = {"d": 1, "w": 7, "mo": 30}
_LONGEST_SECONDS = 10 * _SECONDS["y"]


def check_duration(text: str) -> str:
    """The duration unchanged. Raises ValueError with what was expected; the longest is ten years."""
    number, unit = _split(text)
    if number * _SECONDS[unit] > _LONGEST_SECONDS:
        raise ValueError("expected at most ten years")
    return text


def to_litellm(text: str) -> str:
    """The same length of life for a key. LiteLLM knows no year; twelve of its months are one."""
    number, unit = _split(text)
    return f"{number * 12}mo" if unit == "y" else text


def to_litellm_budget(text: str) -> str:
    """Return the same budget period in LiteLLM's notation.

    LiteLLM refuses every number of months but one (400), so longer periods become days. It ends a period in
    hours, minutes or seconds the next day at the latest (`999h` too), so whole days of them become days as well.
    Release 1.84 ends a period in weeks at the next midnight, so weeks become days.
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
    """Return the days of a budget period in LiteLLM's notation, or None where LiteLLM keeps no whole days.

    A month counts as 30 days. Periods in hours, minutes or seconds are None: whatever their number, they end
    the next day at the latest. So is any text that LiteLLM reads in a way of its own, such as `monthly`.
    """
    form = _FORM.fullmatch(text)
    if form is None or form[2] in {*_CLOCK_UNITS, "y"}:
        return None
    return int(form[1]) * _PERIOD_DAYS[form[2]]


def _split(text: str) -> tuple[int, str]:
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError("expected a whole number and one of s, m, h, d, w, mo, y, such as 30d")
    return int(form[1]), form[2]
