"""Durations: which are accepted, and that LiteLLM's units keep their length."""

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
    """Return the length of a well-formed duration, with an independent parser."""
    number, unit = re.fullmatch(r"(\d+)(\D+)", text).groups()  # type: ignore[union-attr] # it is well-formed
    return int(number) * DAYS[unit]


def taken(text: str) -> bool:
    try:
        return check_duration(text) == text
    except ValueError:
        return False


@given(durations)
def test_a_well_formed_duration_within_the_limit_is_accepted(duration: tuple[int, str]) -> None:
    text = f"{duration[0]}{duration[1]}"
    years = days_of(text) / DAYS["y"]
    if years <= 10 / LONGEST_MONTH_OVER_MEAN:
        assert taken(text)
    if years > 10 * LONGEST_MONTH_OVER_MEAN:
        assert not taken(text)


@given(st.text(max_size=12) | st.from_regex(r"[0-9. +-]{0,4}[a-zA-Z]{0,3}\s?", fullmatch=True))
def test_a_malformed_duration_is_refused(text: str) -> None:
    if not re.fullmatch(r"[1-9][0-9]*(s|m|h|d|w|mo|y)", text, re.ASCII):
        assert not taken(text)


@given(durations.filter(lambda duration: taken(f"{duration[0]}{duration[1]}")))
def test_a_lifetime_keeps_its_length_in_litellms_units(duration: tuple[int, str]) -> None:
    text = f"{duration[0]}{duration[1]}"
    sent = to_litellm(text)
    assert LITELLM_KNOWS.fullmatch(sent)
    assert abs(days_of(sent) - days_of(text)) <= 1e-9 * days_of(text)


@given(durations.filter(lambda duration: taken(f"{duration[0]}{duration[1]}")))
def test_a_budget_period_keeps_its_length_in_the_units_of_budgets(duration: tuple[int, str]) -> None:
    """Budgets accept one month only."""
    text = f"{duration[0]}{duration[1]}"
    sent = to_litellm_budget(text)
    assert LITELLM_KNOWS.fullmatch(sent)
    assert not sent.endswith("mo") or sent == "1mo"
    assert abs(days_of(sent) - days_of(text)) <= 0.02 * days_of(text)
