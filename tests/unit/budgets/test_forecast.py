"""When a budget runs out at the rate of the last week."""

from datetime import UTC, date, datetime, timedelta

import pytest

from keydesk.budgets.forecast import Budget, forecast

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
EVERY_DAY = {NOW.date() - timedelta(days=offset): 1.3 for offset in range(1, 7)} | {NOW.date(): 0.65}
"""$1.30 per day; today is half over."""


def test_a_budget_that_runs_out_before_its_reset_has_a_date() -> None:
    found = forecast(EVERY_DAY, Budget(7.4, 10.0, NOW + timedelta(days=10)), NOW)
    assert found is not None
    assert found.per_day == pytest.approx(1.3, abs=0.01)
    assert found.used_up_on == date(2026, 11, 20)


def test_a_budget_that_lasts_has_a_forecast_of_its_spend() -> None:
    found = forecast(EVERY_DAY, Budget(1.0, 100.0, NOW + timedelta(days=10)), NOW)
    assert found is not None
    assert found.used_up_on is None
    assert found.by_reset == pytest.approx(14.0, abs=0.1)


def test_without_a_limit_there_is_only_a_rate() -> None:
    found = forecast(EVERY_DAY, Budget(5.0, None, None), NOW)
    assert found is not None
    assert (found.used_up_on, found.by_reset) == (None, None)
    assert found.per_month == pytest.approx(39, abs=0.3)


def test_an_exhausted_budget_runs_out_today() -> None:
    found = forecast(EVERY_DAY, Budget(12.0, 10.0, NOW + timedelta(days=3)), NOW)
    assert found is not None
    assert found.used_up_on == NOW.date()


def test_without_spend_in_the_last_week_there_is_no_rate() -> None:
    assert forecast({NOW.date() - timedelta(days=8): 9.0}, Budget(9.0, 10.0, None), NOW) is None


def test_a_rate_that_lasts_for_decades_has_no_date() -> None:
    found = forecast({NOW.date(): 0.000001}, Budget(0.0, 1000.0, None), NOW)
    assert found is not None
    assert found.used_up_on is None
