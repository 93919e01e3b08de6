"""A usage report adds up, whatever was used: every breakdown to the total, and nothing twice."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.litellm import Activity, ActivityDay, KeyActivity, Metrics, ModelActivity
from keydesk.usage.models import UsageView
from keydesk.usage.report import usage_report, without_spend

FIRST = date(2026, 1, 1)
AS_OF = datetime(2026, 2, 1, tzinfo=UTC)

rows = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from(["gpt-4o", "gpt-4o-mini", "claude-sonnet"]),
        st.sampled_from(["hash-a", "hash-b", "hash-c", "hash-d"]),
        st.integers(0, 10_000_000),
        st.integers(0, 100_000),
    ),
    max_size=30,
)
Rows = list[tuple[int, str, str, int, int]]


def metrics(rows: Rows) -> Metrics:
    return Metrics(
        spend=sum(row[3] for row in rows) / 1_000_000,
        total_tokens=sum(row[4] for row in rows),
        prompt_tokens=sum(row[4] for row in rows),
        api_requests=len(rows),
        successful_requests=len(rows),
    )


def grouped(rows: Rows, by: int) -> dict[object, Rows]:
    groups: dict[object, Rows] = defaultdict(list)
    for row in rows:
        groups[row[by]].append(row)
    return groups


def by_key(rows: Rows) -> dict[str, KeyActivity]:
    return {
        str(key): KeyActivity(metrics=metrics(of_key), key_alias=f"alias of {key}")
        for key, of_key in grouped(rows, 2).items()
    }


def activity_of(rows: Rows) -> Activity:
    """What LiteLLM would tell of these calls."""
    days = tuple(
        ActivityDay(
            date=FIRST + timedelta(days=int(str(day))),
            metrics=metrics(of_day),
            models={
                str(model): ModelActivity(metrics=metrics(of_model), keys=by_key(of_model))
                for model, of_model in grouped(of_day, 1).items()
            },
            keys=by_key(of_day),
        )
        for day, of_day in sorted(grouped(rows, 0).items(), key=lambda item: int(str(item[0])))
    )
    return Activity(days=days, total=metrics(rows))


def report_of(rows: Rows) -> UsageView:
    return usage_report(activity_of(rows), lambda token_hash: f"key_{token_hash[-1]}", AS_OF)


@given(rows)
def test_every_breakdown_adds_up_to_the_total(rows: Rows) -> None:
    report = report_of(rows)
    assert report.api_requests == len(rows)
    for spends in (
        [day.spend for day in report.daily_usage],
        [day.spend for day in report.daily_by_model],
        [view.total_spend for view in report.usage_by_model.values()],
        [view.total_spend for view in report.usage_by_key.values()],
    ):
        assert sum(spends) == pytest.approx(report.total_spend)
    for parts in (report.daily_usage, report.daily_by_model, report.usage_by_model.values()):
        assert sum(part.total_tokens for part in parts) == report.total_tokens


@given(rows)
def test_days_models_and_keys_appear_once_and_in_order(rows: Rows) -> None:
    report = report_of(rows)
    days = [day.date for day in report.daily_usage]
    assert days == sorted({FIRST + timedelta(days=row[0]) for row in rows})
    of_models = [(day.date, day.model) for day in report.daily_by_model]
    assert of_models == sorted(set(of_models))
    assert list(report.usage_by_model) == sorted({row[1] for row in rows})


@given(rows)
def test_every_key_tells_its_models_and_its_last_name(rows: Rows) -> None:
    report = report_of(rows)
    assert set(report.usage_by_key) == {f"key_{row[2][-1]}" for row in rows}
    for key_id, view in report.usage_by_key.items():
        own = [row for row in rows if row[2][-1] == key_id[-1]]
        assert view.models == sorted({row[1] for row in own})
        assert view.key_alias == f"alias of {own[0][2]}"
        assert view.api_requests == len(own)


@given(rows)
def test_a_report_without_money_tells_everything_else(rows: Rows) -> None:
    report = report_of(rows)
    discreet = without_spend(report).model_dump_json()
    assert without_spend(report).total_spend == 0.0
    for amount in {row[3] / 1_000_000 for row in rows if row[3] > 999_999}:
        assert f":{amount}" not in discreet
    assert without_spend(report).total_tokens == report.total_tokens
    assert set(without_spend(report).usage_by_key) == set(report.usage_by_key)
