"""Lengths of time: a whole number and a unit, such as `30d` or `1y`, and how LiteLLM wants them written."""

import re

_FORM = re.compile(r"([1-9][0-9]{0,8})(s|mo|m|h|d|w|y)")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "mo": 2_635_200, "y": 31_622_400}
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
    """The same budget period. Of months LiteLLM takes `1mo` only (400 for others), so longer ones become days."""
    number, unit = _split(text)
    if unit == "y":
        return f"{number * 365}d"
    return f"{number * 30}d" if unit == "mo" and number > 1 else text


def _split(text: str) -> tuple[int, str]:
    form = _FORM.fullmatch(text)
    if form is None:
        raise ValueError("expected a whole number and one of s, m, h, d, w, mo, y, such as 30d")
    return int(form[1]), form[2]
