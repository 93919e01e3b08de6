"""Examples of durations; `tests/property` tests the rule."""

import pytest

from keydesk.kit.durations import check_duration, to_litellm, to_litellm_budget


@pytest.mark.parametrize(
    "text", ["1s", "90m", "24h", "30d", "52w", "12mo", "1y", "10y", "120mo", "3650d", "520w"]
)
def test_ten_years_are_accepted(text: str) -> None:
    assert check_duration(text) == text


@pytest.mark.parametrize("text", ["11y", "124mo", "3661d", "530w", "99999d", "999999999s"])
def test_more_than_ten_years_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at most ten years"):
        check_duration(text)


@pytest.mark.parametrize(
    "text", ["", "0d", "00d", "01d", "-1d", "1", "d", "1x", "1 d", "1D", "\u0661d", "1d\n"]
)
def test_other_texts_are_not_durations(text: str) -> None:
    with pytest.raises(ValueError, match="expected a whole number and a unit"):
        check_duration(text)


@pytest.mark.parametrize(("said", "sent"), [("1y", "12mo"), ("3y", "36mo"), ("30d", "30d"), ("2mo", "2mo")])
def test_lifetimes_of_keys_are_converted_to_litellms_units(said: str, sent: str) -> None:
    assert to_litellm(said) == sent


@pytest.mark.parametrize(("said", "sent"), [("1w", "7d"), ("52w", "364d"), ("520w", "3640d")])
def test_budget_periods_have_no_weeks(said: str, sent: str) -> None:
    """LiteLLM 1.84 ends a period of any number of weeks at the next midnight."""
    assert to_litellm_budget(said) == sent


@pytest.mark.parametrize(("said", "sent"), [("1y", "365d"), ("1mo", "1mo"), ("3mo", "90d"), ("7d", "7d")])
def test_budget_periods_have_at_most_one_month(said: str, sent: str) -> None:
    assert to_litellm_budget(said) == sent
