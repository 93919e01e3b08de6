"""Formatted values are kept by locale, and values that only look equal are not mixed up."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from keydesk.web.formats import away, day, duration, moment, number, percent, usd, utc
from keydesk.web.language import in_locale
from keydesk.web.time_zone import in_zone

LATE_IN_BERLIN = datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))


def test_a_value_is_formatted_for_each_locale() -> None:
    texts = {}
    for name in ("en_US", "de", "en_US", "de_AT"):
        with in_locale(Locale.parse(name)):
            texts[name] = (usd(1234.5), number(1234), percent(12), day(date(2026, 1, 31)), duration("30d"))
    assert texts == {
        "en_US": ("$1,234.50", "1,234", "12%", "Jan 31, 2026", "30 days"),
        "de": ("1.234,50\N{NO-BREAK SPACE}$", "1.234", "12\N{NO-BREAK SPACE}%", "31.01.2026", "30 Tage"),
        "de_AT": (
            "$\N{NO-BREAK SPACE}1.234,50",
            "1.234",
            "12\N{NO-BREAK SPACE}%",
            "31.01.2026",
            "30 Tage",
        ),
    }


@pytest.mark.parametrize("values", [(-0.0, 0.0), (0.0, -0.0), (0, -0.0)])
def test_nothing_is_less_than_zero_dollars(values: tuple[float, float]) -> None:
    assert {usd(value) for value in values} == {"$0.00"}
    assert {number(value) for value in values} == {"0"}


def test_times_are_in_the_time_zone_of_the_reader_and_days_are_not() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with in_zone(ZoneInfo("Pacific/Kiritimati")):
        assert moment(noon) == "Jan 2, 2026, 2:00\N{NARROW NO-BREAK SPACE}AM +14"
        assert utc(noon) == "Jan 1, 2026, 12:00\N{NARROW NO-BREAK SPACE}PM UTC"
        assert (day(noon), day(date(2026, 1, 1))) == ("Jan 2, 2026", "Jan 1, 2026")
        assert away(noon, noon - timedelta(hours=4)) == "in 1 day"
    assert away(noon, noon - timedelta(hours=4)) == "today"


def test_moments_are_in_utc_and_the_same_moment_has_one_text() -> None:
    same = LATE_IN_BERLIN.astimezone(UTC)
    assert same == LATE_IN_BERLIN
    assert moment(LATE_IN_BERLIN) == moment(same) == "Dec 31, 2025, 11:30\N{NARROW NO-BREAK SPACE}PM UTC"
    assert day(LATE_IN_BERLIN) == day(same) == "Dec 31, 2025"
