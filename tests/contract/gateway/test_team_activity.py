"""`/team/daily/activity`: ten rows per page, no maximum page size, and only the keys of the team."""

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.usage import Usage, activity, all_pages, totals

pytestmark = pytest.mark.anyio

PATH = "/team/daily/activity"


async def test_a_page_has_ten_rows_and_its_own_totals(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, PATH, **usage.of_team)
    metadata = answer.body["metadata"]
    assert totals(answer)["api_requests"] == 10
    assert (metadata["page"], metadata["total_pages"], metadata["has_more"]) == (1, 6, True)


@pytest.mark.since("1.108.14", partly=True)
async def test_all_pages_add_up_to_the_team(gateway: Gateway, usage: Usage) -> None:
    assert await all_pages(gateway, PATH, **usage.of_team) == pytest.approx(usage.by_team)


async def test_the_page_size_is_not_limited(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, PATH, **usage.of_team, page_size=100_000)
    assert totals(answer) == pytest.approx(usage.by_team)
    assert answer.body["metadata"]["total_pages"] == 1


async def test_keys_of_members_are_not_included(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, PATH, **usage.of_team, page_size=1000)
    assert usage.own_key.token not in answer.body["results"][0]["breakdown"]["api_keys"]


async def test_a_day_has_the_name_of_its_team(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, PATH, **usage.of_team, page_size=1000)
    entities = answer.body["results"][0]["breakdown"]["entities"]
    assert {name: found["metrics"]["spend"] for name, found in entities.items()} == pytest.approx(
        {usage.team.team_id: usage.by_team["spend"]}
    )


async def test_several_teams_can_be_requested(gateway: Gateway, make: Maker, usage: Usage) -> None:
    idle = await make.team()
    query = usage.of_team | {"team_ids": f"{usage.team.team_id},{idle.team_id}"}
    answer = await activity(gateway, PATH, **query, page_size=1000)
    assert totals(answer) == pytest.approx(usage.by_team)
    assert answer.body["results"][0]["breakdown"]["entities"].keys() == {usage.team.team_id}


async def test_an_unknown_team_has_no_usage(gateway: Gateway, usage: Usage) -> None:
    answer = await activity(gateway, PATH, **usage.query, team_ids=unique("nowhere"))
    assert (answer.body["results"], answer.body["metadata"]["total_pages"]) == ([], 0)
