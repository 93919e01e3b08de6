"""The period of a usage request."""

from datetime import date, timedelta

import pytest

from keydesk.kit.problems import InvalidRequest
from keydesk.usage.question import Period, parse_period

TODAY = date(2026, 11, 23)


def test_the_default_is_the_thirty_days_up_to_today() -> None:
    assert parse_period(None, None, TODAY) == Period(date(2026, 10, 25), TODAY)


def test_an_end_without_a_start_means_the_thirty_days_up_to_it() -> None:
    assert parse_period(None, "2026-01-30", TODAY) == Period(date(2026, 1, 1), date(2026, 1, 30))


def test_a_start_without_an_end_means_up_to_today() -> None:
    assert parse_period("2026-11-01", None, TODAY) == Period(date(2026, 11, 1), TODAY)


def test_one_day_is_a_valid_period() -> None:
    assert parse_period("2026-01-01", "2026-01-01", TODAY) == Period(date(2026, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize("days", [366, 367])
def test_the_longest_period_is_366_days(days: int) -> None:
    start = date(2024, 1, 1)
    end = start + timedelta(days=days - 1)
    if days == 366:
        assert parse_period(start.isoformat(), end.isoformat(), TODAY) == Period(start, end)
    else:
        with pytest.raises(InvalidRequest) as refused:
            parse_period(start.isoformat(), end.isoformat(), TODAY)
        assert refused.value.param == "start_date"


def test_a_start_after_today_requires_an_end() -> None:
    with pytest.raises(InvalidRequest, match="must not be after end_date"):
        parse_period("2026-11-24", None, TODAY)


def test_the_last_day_of_the_calendar_is_refused() -> None:
    last = Period(date(9998, 12, 31), date(9998, 12, 31))
    assert parse_period("9998-12-31", "9998-12-31", TODAY) == last
    with pytest.raises(InvalidRequest, match="end_date: expected a date"):
        parse_period("9999-12-31", "9999-12-31", TODAY)


def test_the_default_start_is_not_before_the_calendar() -> None:
    assert parse_period(None, "2000-01-01", TODAY).end == date(2000, 1, 1)
