"""`/user|team/daily/activity/aggregated`: a whole range in one response, with a limited number of keys."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique
from tests.support.upstream.usage import TEAM_KEYS, Usage, activity, all_pages, totals

pytestmark = pytest.mark.anyio

USER, TEAM = "/user/daily/activity/aggregated", "/team/daily/activity/aggregated"


async def test_a_persons_aggregate_equals_all_their_pages(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, USER, **usage.of_person)
    assert totals(answer) == pytest.approx(usage.by_person)
    # Several pages can overlap before 1.92.
    pages = await all_pages(gateway, "/user/daily/activity", **usage.of_person, page_size=1000)
    assert totals(answer) == pytest.approx(pages)


@pytest.mark.since("1.108.14")
async def test_a_teams_aggregate_equals_all_its_pages(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, TEAM, **usage.of_team)
    assert totals(answer) == pytest.approx(usage.by_team)
    pages = await all_pages(gateway, "/team/daily/activity", **usage.of_team, page_size=20)
    assert totals(answer) == pytest.approx(pages)


async def test_a_range_is_one_page(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, USER, **usage.of_person)
    metadata = answer.body["metadata"]
    assert (metadata["page"], metadata["total_pages"], metadata["has_more"]) == (1, 1, False)
    assert [day["date"] for day in answer.body["results"]] == [usage.day]


async def test_breakdowns_equal_those_of_one_large_page(gateway: Gateway, usage: Usage) -> None:
    aggregate = await activity(gateway, USER, **usage.of_person)
    page = await activity(gateway, "/user/daily/activity", **usage.of_person, page_size=1000)

    def spend(body: dict[str, Any], facet: str) -> dict[str, float]:
        parts = body["results"][0]["breakdown"][facet]
        return {name: part["metrics"]["spend"] for name, part in parts.items()}

    for facet in ("models", "model_groups", "providers", "api_keys"):
        assert spend(aggregate.body, facet) == pytest.approx(spend(page.body, facet)), facet


@pytest.mark.since("1.108.14")
async def test_a_hundred_keys_are_broken_down_by_default(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, USER, **usage.of_person)
    metadata = answer.body["metadata"]
    assert (metadata["api_key_limit"], metadata["total_api_keys"]) == (100, TEAM_KEYS + 1)
    assert len(answer.body["results"][0]["breakdown"]["api_keys"]) == TEAM_KEYS + 1


@pytest.mark.since("1.108.14")
async def test_a_limited_breakdown_has_complete_totals_and_the_number_of_keys(
    gateway: Gateway, usage: Usage
) -> None:
    answer = await activity(gateway, TEAM, **usage.of_team, api_key_limit=1)
    breakdown = answer.body["results"][0]["breakdown"]
    assert len(breakdown["api_keys"]) == 1
    assert {len(model["api_key_breakdown"]) for model in breakdown["models"].values()} == {1}
    assert totals(answer) == pytest.approx(usage.by_team)
    metadata = answer.body["metadata"]
    assert (metadata["api_key_limit"], metadata["total_api_keys"]) == (1, TEAM_KEYS)
    assert metadata["entity_total_api_keys"] == {usage.team.team_id: TEAM_KEYS}


@pytest.mark.since("1.108.14")
@pytest.mark.parametrize("path", [USER, TEAM])
async def test_at_most_a_thousand_keys_are_broken_down(gateway: Gateway, usage: Usage, path: str) -> None:
    answer = await gateway.get(path, **usage.query, api_key_limit=1001)
    assert answer.status == 422
    assert [(found["type"], found["loc"]) for found in answer.detail] == [
        ("less_than_equal", ["query", "api_key_limit"])
    ]


@pytest.mark.since("1.108.14")
async def test_no_usage_is_one_empty_page(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, USER, **usage.query, user_id=unique("nobody"))
    metadata = answer.body["metadata"]
    assert (answer.body["results"], metadata["total_spend"]) == ([], 0.0)
    assert (metadata["total_pages"], metadata["total_api_keys"]) == (1, 0)
