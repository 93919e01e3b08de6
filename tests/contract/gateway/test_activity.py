"""`/user/daily/activity`: pages, and totals of one page only."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique
from tests.support.upstream.usage import Usage, activity, all_pages, totals

pytestmark = pytest.mark.anyio

PATH = "/user/daily/activity"


async def test_one_large_page_contains_the_whole_day(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, PATH, **usage.of_person, page_size=1000)
    assert totals(answer) == pytest.approx(usage.by_person)
    (day,) = answer.body["results"]
    assert day["date"] == usage.day
    assert {name: day["metrics"][name] for name in usage.by_person} == pytest.approx(usage.by_person)
    paging = {name: answer.body["metadata"][name] for name in ("page", "total_pages", "has_more")}
    assert paging == {"page": 1, "total_pages": 1, "has_more": False}


async def test_a_page_has_fifty_rows_and_its_own_totals(gateway: Gateway, usage: Usage) -> None:
    first = await activity(gateway, PATH, **usage.of_person)
    second = await activity(gateway, PATH, **usage.of_person, page=2)
    assert totals(first)["api_requests"] == 50
    assert totals(second)["api_requests"] == 3
    assert totals(first)["spend"] < usage.by_person["spend"]
    assert totals(first)["spend"] + totals(second)["spend"] == pytest.approx(usage.by_person["spend"])
    assert (first.body["metadata"]["has_more"], second.body["metadata"]["has_more"]) == (True, False)


async def test_one_date_can_span_pages(gateway: Gateway, usage: Usage) -> None:
    for page in (1, 2):
        answer = await activity(gateway, PATH, **usage.of_person, page=page)
        assert [day["date"] for day in answer.body["results"]] == [usage.day]


@pytest.mark.since("1.108.14", partly=True)
@pytest.mark.parametrize("page_size", [7, 20])
async def test_all_pages_add_up_to_the_day(gateway: Gateway, usage: Usage, page_size: int) -> None:
    added = await all_pages(gateway, PATH, **usage.of_person, page_size=page_size)
    assert added == pytest.approx(usage.by_person)


async def test_a_page_beyond_the_last_is_empty(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, PATH, **usage.of_person, page=9)
    metadata = answer.body["metadata"]
    assert (answer.body["results"], totals(answer)["api_requests"]) == ([], 0)
    assert (metadata["page"], metadata["total_pages"], metadata["has_more"]) == (9, 2, False)


async def test_days_without_usage_are_omitted(gateway: Gateway, usage: Usage) -> None:
    range_ = usage.of_person | {"start_date": "2020-01-01"}
    answer = await activity(gateway, PATH, **range_, page_size=1000)
    assert [day["date"] for day in answer.body["results"]] == [usage.day]


@pytest.mark.parametrize("query", [{"user_id": "nobody-at-all"}, {"user_id": None}])
async def test_no_usage_is_an_empty_page(gateway: Gateway, query: dict[str, Any]) -> None:
    answer = await activity(gateway, PATH, start_date="2020-01-01", end_date="2020-01-31", **query)
    metadata = answer.body["metadata"]
    assert (answer.body["results"], metadata["total_spend"]) == ([], 0.0)
    assert (metadata["page"], metadata["total_pages"], metadata["has_more"]) == (1, 0, False)


async def test_one_key_can_be_requested(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, PATH, **usage.of_person, api_key=usage.own_key.token)
    assert totals(answer)["api_requests"] == 1


async def test_without_a_person_all_usage_is_counted(gateway: Gateway, usage: Usage) -> None:
    everybody = await all_pages(gateway, PATH, **usage.query, page_size=1000)
    assert everybody["api_requests"] >= usage.by_person["api_requests"]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"page_size": 1001}, "less_than_equal"),
        ({"page_size": 0}, "greater_than_equal"),
        ({"page": 0}, "greater_than_equal"),
    ],
)
async def test_the_page_size_is_limited(gateway: Gateway, query: dict[str, Any], kind: str) -> None:
    answer = await gateway.get(PATH, start_date="2020-01-01", end_date="2020-01-01", **query)
    assert answer.status == 422
    assert [(found["type"], found["loc"]) for found in answer.detail] == [(kind, ["query", *query])]


@pytest.mark.since("1.108.14", partly=True)
@pytest.mark.parametrize("path", [PATH, f"{PATH}/aggregated", "/team/daily/activity"])
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({}, "Please provide start_date and end_date"),
        ({"end_date": "2026-01-01"}, "Please provide start_date and end_date"),
        (
            {"start_date": "banana", "end_date": "2026-01-01"},
            "start_date and end_date must be valid YYYY-MM-DD dates",
        ),
        (
            {"start_date": "2026-01-02", "end_date": "2026-01-01"},
            "end_date must be on or after start_date",
        ),
    ],
)
async def test_a_range_needs_a_start_before_its_end(
    gateway: Gateway, path: str, query: dict[str, Any], message: str
) -> None:
    answer = await gateway.get(path, **query, user_id=unique("nobody"))
    assert (answer.status, answer.detail) == (400, {"error": message})
