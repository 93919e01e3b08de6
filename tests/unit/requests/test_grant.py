"""What remains of a budget when a grant ends."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.requests.grant import Grant

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
USD = st.floats(min_value=0.01, max_value=1_000_000, allow_nan=False)


def grant(base: float | None = 50.0, larger: float | None = 100.0) -> Grant:
    return Grant("key_budget:key_a", "request", "jane", base, larger, NOW)


@pytest.mark.parametrize(
    ("current", "rest"),
    [
        (100.0, 50.0),  # as Keydesk set it
        (50.0, 50.0),  # LiteLLM never got the change
        (30.0, 30.0),  # lowered below the budget before
        (80.0, 50.0),  # lowered during the grant
        (150.0, 100.0),  # raised by 50 during the grant
        (None, None),  # made unlimited during the grant
    ],
)
def test_only_what_was_granted_is_taken_back(current: float | None, rest: float | None) -> None:
    assert grant().without(current) == rest


@given(USD, USD, USD)
def test_the_end_of_a_grant_never_raises_a_budget_nor_takes_more_than_was_granted(
    base: float, more: float, current: float
) -> None:
    rest = grant(base, base + more).without(current)
    assert rest is not None
    assert rest <= current
    assert rest >= min(base, current)
    assert current - rest <= more + 1e-6 * max(1.0, current)


@given(USD, USD)
def test_an_unchanged_budget_returns_exactly(base: float, more: float) -> None:
    assert grant(base, base + more).without(base + more) == base


def test_a_grant_moves_with_its_base() -> None:
    assert grant().on_top_of(70.0) == 120.0
    assert grant().on_top_of(None) is None
