"""What deleted keys have spent: spend that LiteLLM records late counts, and nobody gains from being quick."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from keydesk.allowances.given_up import RECORDED_AFTER, Spent, counted, settled

NOW = datetime(2026, 6, 17, 15, 30, tzinfo=UTC)
MONTH = datetime(2026, 6, 1, tzinfo=UTC)
FIRST = Spent("first", "jane", "key1", 30, 1.0, 10.0, 0.0, NOW, datetime(2026, 7, 1, tzinfo=UTC))
SECOND = replace(FIRST, change_id="second", key_id="key2", made_at=NOW + timedelta(seconds=1))
BY_DAY = {
    ("key1", date(2026, 5, 31)): 50.0,
    ("key1", date(2026, 6, 1)): 3.0,
    ("key1", date(2026, 6, 17)): 4.0,
    ("key2", date(2026, 6, 17)): 99.0,
}


def test_of_several_changes_in_a_short_time_only_the_first_counts_as_reported() -> None:
    assert counted([FIRST], NOW) == {30: 1}
    assert counted([FIRST, SECOND], NOW) == {30: 11}
    assert counted([FIRST, replace(SECOND, settled=True)], NOW) == {30: 2}
    assert counted([FIRST, replace(SECOND, most_usd=None)], NOW) == {30: 2}
    assert counted([FIRST, SECOND], NOW + RECORDED_AFTER) == {30: 11 - 9}


def test_the_recorded_spend_of_the_window_counts_finally_and_at_most_the_budget() -> None:
    assert settled(FIRST, MONTH, BY_DAY).usd == 7.0
    assert settled(replace(FIRST, usd=8.0), MONTH, BY_DAY).usd == 8.0
    assert settled(replace(FIRST, shown_usd=5.0), MONTH, BY_DAY).usd == 2.0
    assert settled(SECOND, MONTH, BY_DAY).usd == 10.0
    assert settled(replace(SECOND, most_usd=None), MONTH, BY_DAY).usd == 99.0


def test_without_an_exact_record_the_whole_budget_counts() -> None:
    assert settled(FIRST, MONTH, None).usd == 10.0
    assert settled(replace(FIRST, most_usd=None), MONTH, None).usd == 1.0


def test_a_change_is_compared_once() -> None:
    assert not FIRST.is_due(NOW + RECORDED_AFTER - timedelta(seconds=1))
    assert FIRST.is_due(NOW + RECORDED_AFTER)
    assert not settled(FIRST, MONTH, BY_DAY).is_due(NOW + RECORDED_AFTER)
