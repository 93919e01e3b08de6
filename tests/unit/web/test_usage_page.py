"""The usage page: periods, charts, totals and downloads."""

import csv
import io

import pytest

from keydesk.usage.question import Period
from keydesk.web.downloads import csv_text
from keydesk.web.usage.charts import Measure, Series, model_chart, requests_chart, spend_chart
from keydesk.web.usage.colors import NEUTRAL
from keydesk.web.usage.download import days_csv, lines_csv
from keydesk.web.usage.figures import by_key, by_model, by_team
from keydesk.web.usage.periods import days_of, offers
from tests.unit.web.usage_reports import day, key_total, report, without_money

THREE_DAYS = Period(day(1), day(3))


def test_the_months_are_complete_and_end_today() -> None:
    found = {offer.label: offer.period for offer in offers(day(18), Period(day(1), day(18)))}
    assert found["This month"] == Period(day(1), day(18))
    assert (found["Last month"].start.isoformat(), found["Last month"].end.isoformat()) == (
        "2026-10-01",
        "2026-10-31",
    )
    assert len(days_of(found["30 days"])) == 30


def test_at_most_one_period_is_selected() -> None:
    assert [offer.label for offer in offers(day(7), Period(day(1), day(7))) if offer.chosen] == ["7 days"]
    assert not any(offer.chosen for offer in offers(day(18), THREE_DAYS))


def test_a_chart_has_every_day_and_the_most_expensive_model_first() -> None:
    chart = spend_chart(report([(1, "cheap", 0.5), (3, "dear", 2.0), (3, "cheap", 0.25)]), THREE_DAYS)
    assert chart.data == {
        "title": "Spend by day and model",
        "total": "Total",
        "unit": "usd",
        "days": ["2026-11-01", "2026-11-02", "2026-11-03"],
        "series": [
            {"name": "dear", "color": 4, "values": (0.0, 0.0, 2.0)},
            {"name": "cheap", "color": 8, "values": (0.5, 0.0, 0.25)},
        ],
    }
    assert [(row.day, row.values, row.total) for row in chart.rows] == [
        (day(3), (2.0, 0.25), 2.25),
        (day(1), (0.0, 0.5), 0.5),
    ]


def test_models_after_the_sixth_are_summed_up() -> None:
    chart = spend_chart(report([(1, f"model-{number}", float(number)) for number in range(1, 9)]), THREE_DAYS)
    names = [series.name for series in chart.series]
    assert names == ["model-8", "model-7", "model-6", "model-5", "model-4", "Other models"]
    assert sum(row.total for row in chart.rows) == 36.0


def test_a_model_without_usage_is_not_a_series() -> None:
    chart = requests_chart(report([(1, "gpt-4o", 1.0)]), THREE_DAYS)
    assert [series.name for series in chart.series] == ["Successful"]


def test_the_chart_shows_tokens_if_money_is_hidden() -> None:
    hidden = without_money(report([(1, "gpt-4o", 1.0)]))
    assert spend_chart(hidden, THREE_DAYS).series == ()
    assert model_chart(hidden, THREE_DAYS, "tokens").series == (Series("gpt-4o", (30.0, 0.0, 0.0), 8),)


@pytest.mark.parametrize(("measure", "values"), [("requests", (1.0, 0.0, 0.0)), ("errors", (1.0, 0.0, 0.0))])
def test_a_chart_shows_requests_and_errors_by_model(measure: Measure, values: tuple[float, ...]) -> None:
    found = report([(1, "gpt-4o", 1.0), (2, "claude", 1.0)])
    days = [
        day.model_copy(update={"failed_requests": int(day.model == "gpt-4o")}) for day in found.daily_by_model
    ]
    chart = model_chart(found.model_copy(update={"daily_by_model": days}), THREE_DAYS, measure)
    assert chart.unit == "count"
    assert next(series.values for series in chart.series if series.name == "gpt-4o") == values
    assert ("claude" in [series.name for series in chart.series]) is (measure == "requests")


def test_all_other_models_are_neutral() -> None:
    chart = spend_chart(report([(1, f"model-{number}", float(number)) for number in range(1, 9)]), THREE_DAYS)
    assert [series.color for series in chart.series if series.color == NEUTRAL] == [NEUTRAL]
    assert chart.series[-1].color == NEUTRAL
    assert len({series.color for series in chart.series}) == len(chart.series)


def test_keys_are_grouped_by_team_including_none() -> None:
    keys = {
        "key_a": key_total(1.0, team_id="t1"),
        "key_b": key_total(2.0, team_id="t1", key_alias=None),
        "key_c": key_total(1.0),
        "key_d": key_total(0.5, team_id="gone"),
    }
    found = report([(1, "gpt-4o", 4.5)], keys)
    lines = by_team(found, {"t1": "Search"})
    assert [(line.name, line.spend, line.api_requests) for line in lines] == [
        ("Search", 3.0, 2),
        ("No team", 1.0, 1),
        ("gone", 0.5, 1),
    ]
    assert lines[0].share == pytest.approx(66.7)
    assert next(line.name for line in by_key(found, {"t1": "Search"})) == "Unnamed key key_b"


def test_shares_are_of_tokens_if_money_is_hidden() -> None:
    hidden = without_money(report([(1, "a", 1.0), (1, "b", 3.0)]))
    assert [line.share for line in by_model(hidden)] == [50.0, 50.0]


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\ta", "  =1+1", "\ra"])
def test_names_are_never_formulas(name: str) -> None:
    (_, row) = csv.reader(io.StringIO(csv_text(["name", "spend"], [[name, -2.5]])))
    assert row == [f"'{name}", "-2.5"]


def test_a_download_of_days_contains_no_hidden_money() -> None:
    shown, hidden = (
        days_csv(report([(1, "gpt-4o", 1.5)]), with_money=money).splitlines() for money in (True, False)
    )
    assert shown[0].startswith("Date (UTC),Model,Spend (USD),Total tokens")
    assert shown[1] == "2026-11-01,gpt-4o,1.5,30,10,20,1,1,0"
    assert hidden[0].startswith("Date (UTC),Model,Total tokens")
    assert hidden[1] == "2026-11-01,gpt-4o,30,10,20,1,1,0"


def test_a_download_of_keys_contains_their_team() -> None:
    keys = by_key(report([], {"key_a": key_total(1.0, team_id="t1")}), {"t1": "Search, East"})
    assert lines_csv("key", keys, with_money=True).splitlines() == [
        "API key,Team,Spend (USD),Total tokens,Input tokens,Output tokens,Requests,Failed requests",
        'laptop,"Search, East",1.0,30,10,20,1,0',
    ]
