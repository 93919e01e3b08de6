"""Intervals of days compared with sets of days: the known ones, and the missing ones."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from keydesk.usage.coverage import Interval, covering, missing

FIRST = date(2026, 1, 1)


def interval(start: int, length: int) -> Interval:
    return Interval(FIRST + timedelta(days=start), FIRST + timedelta(days=start + length))


intervals = st.lists(st.builds(interval, st.integers(0, 60), st.integers(-1, 20)), max_size=8)


def days(*intervals: Interval) -> set[date]:
    return {
        each.start + timedelta(days=number)
        for each in intervals
        for number in range((each.end - each.start).days + 1)
    }


@given(intervals)
def test_coverage_holds_the_same_days_in_the_fewest_intervals(given_: list[Interval]) -> None:
    known = covering(given_)
    assert days(*known) == days(*given_)
    assert all(before.end + timedelta(days=1) < after.start for before, after in itertools.pairwise(known))


@given(st.builds(interval, st.integers(0, 60), st.integers(-1, 40)), intervals)
def test_missing_days_are_the_requested_days_without_the_known_ones(
    wanted: Interval, known: list[Interval]
) -> None:
    gaps = missing(wanted, known)
    assert days(*gaps) == days(wanted) - days(*known)
    assert gaps == covering(gaps)


@given(*[st.builds(interval, st.integers(0, 60), st.integers(-1, 40))] * 2)
def test_within_returns_the_common_days(one: Interval, other: Interval) -> None:
    assert days(one.within(other)) == days(one) & days(other)
