"""What a reader sees of a call, and which periods can be read."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from keydesk.calls.models import CallFilters
from keydesk.calls.policy import Sight, call_view, parse_days, query_of
from keydesk.kit.problems import InvalidRequest
from keydesk.litellm import CallError, SpendLog
from keydesk.litellm.shapes.spend_log import CallMetadata

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 10)
OWN = Sight(lambda token_hash: f"key of {token_hash}")
NAMELESS = Sight(OWN.id_of, keys=False, people=False, money=False)


def call(**fields: Any) -> SpendLog:
    known: dict[str, Any] = {"token_hash": "hash", "user_id": "alice", "spend": 0.5, "model_group": "gpt-4o"}
    return SpendLog("one", AT, **known | {"metadata": CallMetadata("laptop")} | fields)


def test_the_owner_sees_key_cost_and_result() -> None:
    shown = call_view(call(prompt_tokens=8, completion_tokens=20, duration_ms=9.4, cache_hit="True"), OWN)
    assert (shown.key, shown.key_alias, shown.cost, shown.user_id) == ("key of hash", "laptop", 0.5, None)
    assert (shown.input_tokens, shown.output_tokens, shown.latency_ms) == (8, 20, 9)
    assert (shown.status, shown.cached, shown.reason, shown.explanation) == ("success", True, None, None)


def test_names_and_money_can_be_left_out() -> None:
    shown = call_view(call(), NAMELESS)
    assert (shown.key, shown.key_alias, shown.user_id, shown.cost) == (None, None, None, None)
    assert shown.model == "gpt-4o"


def test_a_failed_call_says_why_without_litellms_text() -> None:
    error = CallError("BudgetExceededError", "Budget has been exceeded! Team=red Current cost: 321.06")
    shown = call_view(call(status="failure", metadata=CallMetadata(None, error)), OWN)
    assert (shown.error_class, shown.reason) == ("BudgetExceededError", "team_budget")
    assert shown.explanation == "The budget of the team was used up."
    assert "321" not in shown.model_dump_json()


@pytest.mark.parametrize("odd", ["<script>", "a b", "", "x" * 200])
def test_an_error_class_that_is_not_a_name_is_left_out(odd: str) -> None:
    shown = call_view(call(status="failure", metadata=CallMetadata(None, CallError(odd))), OWN)
    assert (shown.error_class, shown.reason) == (None, "other")


def test_the_default_is_the_last_week_and_the_end_is_included() -> None:
    assert parse_days(None, None, TODAY) == (date(2026, 3, 4), TODAY)
    query = query_of(CallFilters(*parse_days(None, None, TODAY)), user_id="alice")
    assert query.since == datetime(2026, 3, 4, tzinfo=UTC)
    assert query.until == datetime(2026, 3, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "param"),
    [
        ("2026-02-07", "2026-03-10", "start_date"),
        ("2026-03-11", "2026-03-10", "start_date"),
        ("yesterday", None, "start_date"),
        (None, "2026-13-01", "end_date"),
    ],
)
def test_other_periods_are_refused(start: str | None, end: str | None, param: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_days(start, end, TODAY)
    assert refused.value.param == param


def test_31_days_can_be_read() -> None:
    assert parse_days("2026-02-08", "2026-03-10", TODAY) == (date(2026, 2, 8), TODAY)
