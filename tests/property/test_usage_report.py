"""Any usage, split into any pages by LiteLLM and stored in between: the report is the sum of the rows."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.litellm.activity_merging import merged
from keydesk.litellm.shapes.activity_page import read_page
from keydesk.usage.codec import CELLS_CODEC, FIGURES_CODEC, NAMES_CODEC
from keydesk.usage.export import table_of
from keydesk.usage.figures import FIGURES, day_cells, day_figures
from keydesk.usage.filtering import filtered
from keydesk.usage.grouping import grouped_json
from keydesk.usage.models import GroupBy, GroupedUsageView, UsageView
from keydesk.usage.names import NameLists, Names
from keydesk.usage.question import UsageFilters
from keydesk.usage.report import Money, report_json
from keydesk.usage.subjects import StoredDay, UsageData
from tests.unit.litellm.days import Row, page

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)
MODELS = ["gpt-4o", "gpt-4o-mini", "claude-sonnet"]
KEYS = ["hash-a", "hash-b", "hash-c", "hash-d"]

rows = st.lists(
    st.builds(
        Row,
        date=st.integers(0, 20).map(lambda day: (date(2026, 1, 1) + timedelta(days=day)).isoformat()),
        key=st.sampled_from(KEYS),
        model=st.sampled_from(MODELS),
        cents=st.integers(0, 10_000),
        provider=st.sampled_from(["openai", "azure"]),
    ),
    max_size=40,
)
"""Several rows of the same day, model and key: LiteLLM has one row per endpoint, for example."""
Rows = list[Row]
Figures = dict[str, float]


def key_id(token_hash: str) -> str:
    return f"key_{token_hash[-1]}"


def usage_of(rows: Rows, page_size: int = 7) -> UsageData:
    """Return the rows after they were read page by page, stored, and loaded again."""
    newest_first = sorted(rows, key=lambda row: row.date, reverse=True)
    cut = [newest_first[at : at + page_size] for at in range(0, len(rows), page_size)] or [[]]
    pages = [read_page(msgspec.json.encode(page(each, of=len(cut)))) for each in cut]
    activity = merged(pages, stable=True)
    assert activity.complete
    names = Names(NameLists(), key_id)
    kept = [
        (day.date, FIGURES_CODEC.encode(day_figures(day, names)), CELLS_CODEC.encode(day_cells(day, names)))
        for day in activity.days
    ]
    read_back = Names(decoded(NAMES_CODEC, NAMES_CODEC.encode(names.lists)), key_id)
    days = [StoredDay(at, decoded(FIGURES_CODEC, one), decoded(CELLS_CODEC, two)) for at, one, two in kept]
    return UsageData(read_back, days, True, AS_OF)


def decoded(codec: Any, content: bytes) -> Any:
    found = codec.decode(content)
    assert found is not None
    return found


def summed(rows: Sequence[Row], name_of: Callable[[Row], Hashable]) -> dict[Hashable, Figures]:
    """Return the sums of the rows, added up one by one. This is the oracle."""
    sums: dict[Hashable, Figures] = defaultdict(lambda: dict.fromkeys(FIGURES, 0.0))
    for row in rows:
        for figure in FIGURES:
            sums[name_of(row)][figure] += row.metrics[figure]
    return sums


def shown(view: Any) -> Figures:
    spend = getattr(view, "total_spend", None)
    return {
        figure: (view.spend if spend is None else spend) if figure == "spend" else getattr(view, figure)
        for figure in FIGURES
    }


def assert_same(found: dict[Any, Any], expected: dict[Hashable, Figures]) -> None:
    assert found.keys() == expected.keys()
    for name, figures in expected.items():
        assert shown(found[name]) == pytest.approx(figures), name


def report_of(usage: UsageData, *, hidden: bool = False) -> UsageView:
    return UsageView.model_validate_json(report_json(usage, Money(hidden=hidden)))


def assert_reports(report: UsageView, rows: Rows) -> None:
    assert_same({day.date.isoformat(): day for day in report.daily_usage}, summed(rows, lambda row: row.date))
    by_model_and_day = {(day.date.isoformat(), day.model): day for day in report.daily_by_model}
    assert len(by_model_and_day) == len(report.daily_by_model)
    assert_same(by_model_and_day, summed(rows, lambda row: (row.date, row.model)))
    assert_same(dict(report.usage_by_model), summed(rows, lambda row: row.model))
    assert_same(dict(report.usage_by_key), summed(rows, lambda row: key_id(row.key)))
    for name, view in report.usage_by_key.items():
        assert view.models == sorted({row.model for row in rows if key_id(row.key) == name})
        assert view.key_alias == f"alias of hash-{name[-1]}"
    total = summed(rows, lambda _: "total")
    assert shown(report) == pytest.approx(total["total"])


@given(rows, st.integers(1, 20))
def test_a_report_is_the_sum_of_the_rows(rows: Rows, page_size: int) -> None:
    assert_reports(report_of(usage_of(rows, page_size)), rows)


@given(rows)
def test_days_and_models_are_in_order(rows: Rows) -> None:
    report = report_of(usage_of(rows))
    days = [day.date for day in report.daily_usage]
    of_models = [(day.date, day.model) for day in report.daily_by_model]
    assert (days, of_models) == (sorted(days), sorted(of_models))
    assert list(report.usage_by_model) == sorted({row.model for row in rows})


@given(rows, st.sampled_from(["day", "model", "key", "provider", "team"]))
def test_groups_are_the_sums_of_their_rows(rows: Rows, by: GroupBy) -> None:
    view = GroupedUsageView.model_validate_json(grouped_json(usage_of(rows), by, Money(hidden=False)))
    names: dict[str, Callable[[Row], Hashable]] = {
        "day": lambda row: row.date,
        "model": lambda row: row.model,
        "key": lambda row: key_id(row.key),
        "provider": lambda row: row.provider,
        "team": lambda _: None,
    }
    assert_same({group.group: group for group in view.groups}, summed(rows, names[by]))
    assert [group.group or "" for group in view.groups] == sorted(group.group or "" for group in view.groups)


@given(rows, st.sampled_from([None, *MODELS]), st.sampled_from([None, *map(key_id, KEYS)]))
def test_a_filter_excludes_exactly_the_other_rows(rows: Rows, model: str | None, key: str | None) -> None:
    usage = usage_of(rows)
    days = filtered(usage.days, usage.names, UsageFilters(model=model, key=key))
    wanted = [row for row in rows if model in {None, row.model} and key in {None, key_id(row.key)}]
    assert_reports(report_of(UsageData(usage.names, days, True, AS_OF)), wanted)


@given(rows)
def test_an_export_has_a_row_for_every_day_model_and_key(rows: Rows) -> None:
    table = table_of(usage_of(rows), None, Money(hidden=False))
    expected = summed(rows, lambda row: (row.date, row.model, key_id(row.key)))
    assert {row[:3] for row in table.rows} == expected.keys()
    assert len(table.rows) == len(expected)
    for row in table.rows:
        assert row[table.texts :] == pytest.approx(tuple(expected[row[:3]].values()))


@given(rows)
def test_without_money_everything_else_is_reported(rows: Rows) -> None:
    usage = usage_of(rows)
    report = report_of(usage, hidden=True)
    told = [*report.daily_usage, *report.daily_by_model]
    totals = [report, *report.usage_by_model.values(), *report.usage_by_key.values()]
    assert {day.spend for day in told} | {view.total_spend for view in totals} == {0.0}
    assert report.total_tokens == sum(row.metrics["total_tokens"] for row in rows)
    table = table_of(usage, None, Money(hidden=True))
    assert {row[table.texts] for row in table.rows} <= {0.0}


@given(st.binary(max_size=40), st.integers(0, 10_000))
def test_damaged_bytes_are_treated_as_missing(junk: bytes, at: int) -> None:
    names = Names(NameLists(), key_id)
    for row in (Row("2026-01-01", KEYS[0], MODELS[0]), Row("2026-01-01", KEYS[1], MODELS[1])):
        names.model(row.model)
    good = NAMES_CODEC.encode(names.lists)
    place = at % len(good)
    damaged = good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :]
    assert NAMES_CODEC.decode(damaged) is None
    assert NAMES_CODEC.decode(junk) is None
