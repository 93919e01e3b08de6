"""Usage in groups, of some keys only, and as files. Hidden budgets stay hidden in all of them."""

import csv
import io
import sys
from typing import Any

import pytest
from pyarrow import parquet

from tests.api.usage.conftest import ALIASES, OpenYear, Year
from tests.support.desk.desk import Visitor
from tests.support.desk.problems import assert_problem

pytestmark = [pytest.mark.anyio, pytest.mark.long]

GROUPS = ("day", "model", "key", "team", "provider")


async def table(visitor: Visitor, path: str, **query: Any) -> list[dict[str, str]]:
    answer = await visitor.get(path, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("by", GROUPS)
async def test_groups_add_up_to_the_total(jane: Visitor, year: Year, by: str) -> None:
    grouped = await jane.read("/usage", group_by=by, **year.period)
    assert (grouped["group_by"], grouped["complete"]) == (by, True)
    assert grouped["total_spend"] == pytest.approx(year.one("sum(spend)"))
    assert sum(group["spend"] for group in grouped["groups"]) == pytest.approx(grouped["total_spend"])
    columns = {"day": "date", "model": "model_group", "key": "api_key", "team": "team_id"}
    count = year.one(f"count(DISTINCT {columns.get(by, by)})")
    assert len({group["group"] for group in grouped["groups"]}) == len(grouped["groups"]) == count


async def test_keys_have_labels_and_keys_without_a_team_are_a_group(jane: Visitor, year: Year) -> None:
    keys = await jane.read("/usage", group_by="key", **year.period)
    assert {group["label"] for group in keys["groups"]} == set(ALIASES)
    teams = await jane.read("/usage", group_by="team", **year.period)
    assert [group["group"] for group in teams["groups"]] == [None, "red"]


async def test_figures_of_one_team_or_model_or_key(jane: Visitor, year: Year) -> None:
    of_team = await jane.read("/usage", team="red", **year.period)
    assert of_team["total_spend"] == pytest.approx(
        year.one("sum(CASE WHEN team_id = 'red' THEN spend ELSE 0 END)")
    )
    (key_id,) = of_team["usage_by_key"]
    of_key = await jane.read("/usage", key=key_id, **year.period)
    assert of_key["total_spend"] == of_team["total_spend"]
    model = next(iter(of_key["usage_by_model"]))
    of_both = await jane.read("/usage", key=key_id, model=model, **year.period)
    assert of_both["usage_by_model"] == {model: of_key["usage_by_model"][model]}
    nobodys = await jane.read("/usage", key="key_of_somebody_else", **year.period)
    assert (nobodys["total_spend"], nobodys["daily_usage"], nobodys["complete"]) == (0.0, [], True)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"group_by": "month"}, "group_by"),
        ({"group_by": "provider", "model": "gpt-4o"}, "group_by"),
        ({"key": " "}, "key"),
        ({"model": "x" * 256}, "model"),
    ],
)
async def test_an_unsupported_query_is_refused_by_its_field(
    jane: Visitor, query: dict[str, str], param: str
) -> None:
    assert_problem(await jane.get("/usage", **query), 422, "invalid-request", param=param)


async def test_a_csv_file_has_the_same_figures(jane: Visitor, year: Year) -> None:
    rows = await table(jane, "/usage/export", **year.period)
    assert sum(float(row["spend"]) for row in rows) == pytest.approx(year.one("sum(spend)"))
    assert sum(int(row["api_requests"]) for row in rows) == year.one(
        "sum(successful_requests + failed_requests)"
    )
    by_model = await table(jane, "/usage/export", group_by="model", **year.period)
    assert sum(float(row["spend"]) for row in by_model) == pytest.approx(year.one("sum(spend)"))


async def test_text_in_a_csv_file_is_never_a_formula(jane: Visitor, year: Year) -> None:
    rows = await table(jane, "/usage/export", **year.period)
    aliases = {row["key_alias"] for row in rows}
    assert aliases == {ALIASES[0], f"'{ALIASES[1]}", ALIASES[2]}


async def test_a_parquet_file_has_the_same_figures(jane: Visitor, year: Year) -> None:
    answer = await jane.get("/usage/export", format="parquet", **year.period)
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    columns = parquet.read_table(io.BytesIO(answer.content)).to_pydict()
    assert sum(columns["spend"]) == pytest.approx(year.one("sum(spend)"))
    assert set(columns["key_alias"]) == set(ALIASES)
    empty = await jane.get("/usage/export", format="parquet", start_date="2020-01-01", end_date="2020-01-02")
    assert parquet.read_table(io.BytesIO(empty.content)).num_rows == 0


async def test_parquet_without_pyarrow_is_refused_with_the_name_of_the_extra(
    jane: Visitor, year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer = await jane.get("/usage/export", format="parquet", **year.period)
    assert_problem(answer, 501, "format-unavailable", param="format")
    assert "keydesk[parquet]" in answer.json()["hint"]


async def test_hidden_budgets_hide_money_in_groups_and_files(open_year: OpenYear, year: Year) -> None:
    hiding = {"display": {"hide_team_budget_for_members": True}}
    path = f"/teams/{year.team_id}/usage"
    async with open_year(litellm=hiding) as desk:
        jane = await desk.sign_in(year.user_id)
        for by in GROUPS:
            grouped = await jane.read(path, group_by=by, **year.period)
            assert grouped["total_tokens"] > 0
            assert {grouped["total_spend"], *(group["spend"] for group in grouped["groups"])} == {0.0}
        for query in ({}, {"group_by": "day"}, {"model": "gpt-4o-mini"}):
            rows = await table(jane, f"{path}/export", **year.period, **query)
            assert {row["spend"] for row in rows} == {"0.0"}
        own = await jane.read("/usage", **year.period)
        assert own["total_spend"] > 0
