"""A jump is a day with much more spend than usual, and not only a little more than a steady spend."""

from datetime import date, timedelta

import pytest

from keydesk.alerts.jumps import jump
from keydesk.alerts.models import AlertRules

TODAY = date(2026, 5, 30)
LONG_AGO = TODAY - timedelta(days=100)
RULES = AlertRules((), forecast=False, jump_factor=8.0, jump_floor=10.0)


def found(past: list[float], today: float, since: date = LONG_AGO, rules: AlertRules = RULES) -> float | None:
    """Return the result for the spend of past days, the latest first, and of today."""
    days = {TODAY - timedelta(days=back): usd for back, usd in enumerate(past, 1)}
    return jump({**days, TODAY: today}, since, TODAY, rules)


@pytest.mark.parametrize(
    ("past", "today", "usual"),
    [
        ([10.0] * 28, 20.0, None),
        ([10.0] * 28, 20.01, 10.0),
        ([100.0] * 28, 179.0, None),
        ([100.0] * 28, 181.0, 100.0),
        ([0.0] * 28, 9.0, None),
        ([0.0] * 28, 11.0, 0.0),
        ([20.0, 20.0, 0.0, 0.0, 20.0, 20.0, 20.0] * 4, 35.0, None),
        ([10.0, 20.0, 30.0, 40.0] * 7, 100.0, None),
        ([10.0, 20.0, 30.0, 40.0] * 7, 106.0, 25.0),
        ([10.0] * 27 + [5000.0], 30.0, 10.0),
    ],
)
def test_the_spend_of_a_day_against_the_days_before(
    past: list[float], today: float, usual: float | None
) -> None:
    assert found(past, today) == usual


def test_days_without_spend_count_as_such() -> None:
    assert found([0.0, 30.0, 30.0], 31.0) == 0.0


def test_a_week_of_history_is_needed_and_the_first_day_does_not_count() -> None:
    past = [1.0] * 8
    assert found(past, 500.0, since=TODAY - timedelta(days=8)) == 1.0
    assert found(past, 500.0, since=TODAY - timedelta(days=7)) is None
    assert found([], 500.0, since=TODAY) is None


def test_jumps_can_be_turned_off() -> None:
    rules = AlertRules((), forecast=False, jump_factor=None, jump_floor=10.0)
    assert found([1.0] * 28, 500.0, rules=rules) is None
