"""Amounts are exact, and months and days are read and closed on time."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.chargeback.policy import (
    cents_of,
    closes_at,
    due_days,
    is_settled,
    month_after,
    nanos_of,
    plain,
    usd_of,
)
from keydesk.settings import Chargeback

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
SETTINGS = Chargeback()
AMOUNTS = st.floats(min_value=0, max_value=1e6, allow_nan=False)


@given(AMOUNTS)
def test_an_amount_differs_from_litellms_by_less_than_a_billionth(usd: float) -> None:
    assert abs(usd_of(nanos_of(usd)) - Decimal(repr(usd))) <= Decimal("0.5e-9")


@given(st.lists(AMOUNTS))
def test_a_sum_is_the_exact_sum_of_its_rows(rows: list[float]) -> None:
    assert usd_of(sum(map(nanos_of, rows))) == sum((usd_of(nanos_of(row)) for row in rows), Decimal(0))


@pytest.mark.parametrize(
    ("usd", "nanos", "cents"),
    [(0.005, 5_000_000, "0.00"), (0.015, 15_000_000, "0.02"), (1e-10, 0, "0.00"), (1.5e-9, 2, "0.00")],
)
def test_half_rounds_to_even(usd: float, nanos: int, cents: str) -> None:
    assert nanos_of(usd) == nanos
    assert plain(cents_of(nanos)) == cents


def test_small_amounts_have_no_exponent() -> None:
    assert plain(usd_of(7)) == "0.000000007"


@pytest.mark.parametrize(("month", "after"), [("2026-01", "2026-02"), ("2026-12", "2027-01")])
def test_the_month_after(month: str, after: str) -> None:
    assert month_after(month) == after


def test_unread_days_and_today_are_due() -> None:
    read = {dt.date(2026, 3, 1): NOON, dt.date(2026, 3, 2): NOON}
    assert due_days("2026-03", read, NOON, SETTINGS) == [dt.date(2026, 3, 2)]
    assert due_days("2026-03", {}, NOON, SETTINGS) == [dt.date(2026, 3, 1), dt.date(2026, 3, 2)]


def test_a_day_that_was_read_before_it_was_over_is_due() -> None:
    read = {dt.date(2026, 3, 1): dt.datetime(2026, 3, 1, 23, 59, tzinfo=dt.UTC)}
    assert dt.date(2026, 3, 1) in due_days("2026-03", read, NOON, SETTINGS)


def test_late_days_are_due_once_a_day_and_older_ones_never() -> None:
    yesterday = NOON - dt.timedelta(days=1)
    read = {dt.date(2026, 1, 1) + dt.timedelta(days=each): yesterday for each in range(60)}
    due = due_days("2026-01", read, NOON, SETTINGS)
    assert due[0] == NOON.date() - dt.timedelta(days=SETTINGS.late_days)


def test_a_statement_closes_some_days_after_its_month() -> None:
    assert closes_at("2026-02", SETTINGS) == dt.datetime(2026, 3, 6, tzinfo=dt.UTC)


def test_a_month_is_settled_when_each_day_was_read_after_it_was_over() -> None:
    read = {dt.date(2026, 2, day): NOON for day in range(1, 29)}
    assert is_settled("2026-02", read)
    assert not is_settled("2026-02", {**read, dt.date(2026, 2, 28): dt.datetime(2026, 2, 28, tzinfo=dt.UTC)})
    assert not is_settled("2026-02", dict([*read.items()][:-1]))
