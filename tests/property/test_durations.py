"""Durations: which are taken, and that their length survives the translation to LiteLLM's units."""

import re

from hypothesis import given
from hypothesis import strategies as st

from keydesk.kit.durations import check_duration, to_litellm, to_litellm_budget

DAYS = {"s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1, "w": 7, "mo": 30.4375, "y": 365.25}
LITELLM_KNOWS = re.compile(r"[1-9][0-9]*(s|m|h|d|w|mo)")
LONGEST_MONTH_OVER_MEAN = 31 / 30.4375

units = st.sampled_from(sorted(DAYS))
durations = st.tuples(st.integers(1, 999_999_999), units)


def days_of(text: str) -> float:
    """An independent reading of a well-formed duration."""
    number, unit = re.fullmatch(r"(\d+)(\D+)", text).groups()  # type: ignore[union-attr] # it is well-formed
    return int(number) * DAYS[unit]


def taken(text: str) -> bool:
    try:
        return check_duration(text) == text
    except ValueError:
        return False


@given(durations)
def test_what_is_well_formed_and_not_too_long_is_taken(duration: tuple[int, str]) -> None:
    text = f"{duration[0]}{duration[1]}"
    years = days_of(text) / DAYS["y"]
    if years <= 10 / LONGEST_MONTH_OVER_MEAN:
        assert taken(text)
    if years > 10 * LONGEST_MONTH_OVER_MEAN:
        assert not taken(text)


@given(st.text(max_size=12) | st.from_regex(r"[0-9. +-]{0,4}[a-zA-Z]{0,3}\s?", fullmatch=True))
def test_what_is_not_well_formed_is_refused(text: str) -> None:
    if not re.fullmatch(r"[1-9][0-9]*(s|m|h|d|w|mo|y)", text, re.ASCII):
        assert not taken(text)


@given(durations.filter(lambda duration: taken(f"{duration[0]}{duration[1]}")))
def test_a_lifetime_keeps_its_length_in_litellms_units(duration: tuple[int, str]) -> None:
    text = f"{duration[0]}{duration[1]}"
    sent = to_litellm(text)
    assert LITELLM_KNOWS.fullmatch(sent)
    assert abs(days_of(sent) - days_of(text)) <= 1e-9 * days_of(text)


@given(durations.filter(lambda duration: taken(f"{duration[0]}{duration[1]}")))
def test_a_budget_period_keeps_its_length_in_the_units_budgets_take(duration: tuple[int, str]) -> None:
    """Of months, budgets take one only."""
    text = f"{duration[0]}{duration[1]}"
    sent = to_litellm_budget(text)
    assert LITELLM_KNOWS.fullmatch(sent)
    assert not sent.endswith("mo") or sent == "1mo"
    assert abs(days_of(sent) - days_of(text)) <= 0.02 * days_of(text)
