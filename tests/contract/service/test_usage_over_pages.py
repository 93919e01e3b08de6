"""Usage that LiteLLM splits into pages: the report is their sum, and equals LiteLLM's own aggregate."""

from typing import Any

import pytest

from tests.support.desk.desk import OpenDesk
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.usage import COUNTED, Usage, activity, all_pages, totals

pytestmark = pytest.mark.anyio

SMALL = 7


def figures(report: dict[str, Any]) -> dict[str, float]:
    """Return a report's totals, under LiteLLM's names."""
    return {name: report["total_spend" if name == "spend" else name] for name in COUNTED}


@pytest.fixture
def small_pages(desk_with: OpenDesk, usage: Usage) -> Any:
    """A Keydesk that requests seven rows at a time, and has the person of the usage."""
    people = [{"ref": usage.person.user_id, "email": usage.person.email}]
    return desk_with(upstream={"activity_page_size": SMALL}, directory={"people": people})


async def test_a_persons_usage_is_the_sum_of_all_pages(
    small_pages: Any, usage: Usage, gateway: Gateway
) -> None:
    async with small_pages as desk:
        alice = await desk.sign_in(usage.person.user_id)
        report = await alice.read("/usage", start_date=usage.day, end_date=usage.day)
    path = "/user/daily/activity"
    one_page = await activity(gateway, path, **usage.of_person, page_size=SMALL)
    assert one_page.body["metadata"]["total_pages"] > 2
    assert report["complete"] is True
    assert figures(report) == pytest.approx(usage.by_person)
    assert figures(report) == pytest.approx(
        await all_pages(gateway, path, **usage.of_person, page_size=SMALL)
    )
    aggregated = await activity(gateway, f"{path}/aggregated", **usage.of_person)
    assert figures(report) == pytest.approx(totals(aggregated))


async def test_a_teams_usage_is_the_sum_of_all_pages(
    small_pages: Any, usage: Usage, gateway: Gateway
) -> None:
    async with small_pages as desk:
        alice = await desk.sign_in(usage.person.user_id)
        path = f"/teams/{usage.team.team_id}/usage"
        report = await alice.read(path, start_date=usage.day, end_date=usage.day)
    assert report["complete"] is True
    assert figures(report) == pytest.approx(usage.by_team)
    aggregated = await gateway.get("/team/daily/activity/aggregated", **usage.of_team)
    if aggregated.status != 404:  # Release 1.84 does not have the route.
        assert figures(report) == pytest.approx(totals(aggregated))


async def test_days_models_and_keys_that_span_pages_appear_once(small_pages: Any, usage: Usage) -> None:
    async with small_pages as desk:
        alice = await desk.sign_in(usage.person.user_id)
        report = await alice.read("/usage", start_date=usage.day, end_date=usage.day)
    assert [day["date"] for day in report["daily_usage"]] == [usage.day]
    rows = [(row["date"], row["model"]) for row in report["daily_by_model"]]
    assert len(rows) == len(set(rows)) == len(report["usage_by_model"])
    assert len(report["usage_by_key"]) == len(usage.team_keys) + 1


async def test_a_large_page_has_the_same_figures(desk_with: OpenDesk, usage: Usage) -> None:
    people = [{"ref": usage.person.user_id}]
    async with desk_with(directory={"people": people}) as desk:
        alice = await desk.sign_in(usage.person.user_id)
        report = await alice.read("/usage", start_date=usage.day, end_date=usage.day)
    assert figures(report) == pytest.approx(usage.by_person)
