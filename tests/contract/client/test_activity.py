"""`client.activity`: complete figures with any page size."""

from datetime import date

import pytest

from keydesk.litellm import Activity, LiteLLM, Metrics, TooManyPages, adds_up, same_figures
from keydesk.litellm.releases import has_ordered_pages
from tests.support.upstream.address import Upstream
from tests.support.upstream.connecting import connect
from tests.support.upstream.making import unique
from tests.support.upstream.usage import COUNTED, TEAM_KEYS, Usage

pytestmark = pytest.mark.anyio


def figures(metrics: Metrics) -> dict[str, float]:
    return {name: getattr(metrics, name) for name in COUNTED}


async def of_person(client: LiteLLM, usage: Usage) -> Activity:
    day = date.fromisoformat(usage.day)
    return await client.activity.of_user(usage.person.user_id, day, day)


async def of_team(client: LiteLLM, usage: Usage) -> Activity:
    day = date.fromisoformat(usage.day)
    return await client.activity.of_team(usage.team.team_id, day, day)


async def test_a_persons_day_is_complete(client: LiteLLM, usage: Usage) -> None:
    activity = await of_person(client, usage)
    assert figures(activity.total) == pytest.approx(usage.by_person)
    assert (activity.complete, activity.pages_read, activity.truncated_keys) == (True, 1, False)
    assert [day.date.isoformat() for day in activity.days] == [usage.day]


async def test_a_teams_day_is_complete(client: LiteLLM, usage: Usage) -> None:
    activity = await of_team(client, usage)
    assert figures(activity.total) == pytest.approx(usage.by_team)
    assert activity.complete


@pytest.mark.parametrize(("page_size", "pages"), [(50, 2), (7, 8)])
async def test_small_pages_change_nothing(
    client: LiteLLM, upstream: Upstream, usage: Usage, page_size: int, pages: int
) -> None:
    whole = await of_person(client, usage)
    async with connect(upstream, activity_page_size=page_size) as frugal:
        pieced = await of_person(frugal, usage)
    assert (pieced.pages_read, pieced.complete) == (pages if has_ordered_pages(upstream.version) else 1, True)
    assert figures(pieced.total) == pytest.approx(figures(whole.total))
    (day,), (whole_day,) = pieced.days, whole.days
    assert day.keys.keys() == whole_day.keys.keys()
    for name, model in whole_day.models.items():
        assert figures(day.models[name].metrics) == pytest.approx(figures(model.metrics)), name
        assert day.models[name].keys.keys() == model.keys.keys(), name


async def test_small_pages_change_nothing_for_a_team(
    client: LiteLLM, upstream: Upstream, usage: Usage
) -> None:
    whole = await of_team(client, usage)
    async with connect(upstream, activity_page_size=10) as frugal:
        pieced = await of_team(frugal, usage)
    assert (pieced.pages_read, pieced.complete) == (6 if has_ordered_pages(upstream.version) else 1, True)
    assert figures(pieced.total) == pytest.approx(figures(whole.total))


def assert_equal_in_every_part(aggregate: Activity, pages: Activity) -> None:
    """By day, model, key and provider, and by the pairs of model and key, and of provider and key."""
    assert same_figures(aggregate, pages)
    for one, other in zip(aggregate.days, pages.days, strict=True):
        assert adds_up(one)
        assert adds_up(other)
        assert {token: key.metadata for token, key in one.keys.items()} == {
            token: key.metadata for token, key in other.keys.items()
        }
        for mine, theirs in ((one.models, other.models), (one.providers, other.providers)):
            for name, part in mine.items():
                assert part.keys.keys() == theirs[name].keys.keys()
                for token, key in part.keys.items():
                    assert key.metrics.agrees_with(theirs[name].keys[token].metrics), (name, token)


async def test_a_persons_aggregate_equals_the_pages(client: LiteLLM, usage: Usage) -> None:
    day = date.fromisoformat(usage.day)
    aggregate = await client.activity.aggregated_of_user(usage.person.user_id, day, day)
    whole = await of_person(client, usage)
    assert aggregate is not None
    assert figures(aggregate.total) == pytest.approx(figures(whole.total))
    assert_equal_in_every_part(aggregate, whole)
    assert (aggregate.complete, aggregate.truncated_keys) == (True, False)


@pytest.mark.since("1.108.14")
async def test_a_teams_aggregate_equals_the_pages(client: LiteLLM, usage: Usage) -> None:
    day = date.fromisoformat(usage.day)
    aggregate = await client.activity.aggregated_of_team(usage.team.team_id, day, day)
    whole = await of_team(client, usage)
    assert aggregate is not None
    assert figures(aggregate.total) == pytest.approx(figures(whole.total))
    assert_equal_in_every_part(aggregate, whole)


async def test_models_have_their_public_names_and_keys_their_hashes(client: LiteLLM, usage: Usage) -> None:
    (day,) = (await of_person(client, usage)).days
    assert day.models.keys() == {"gpt-4o-mini", "gpt-4o", "claude-sonnet", "premium-xl"}
    assert {name: model.metrics.api_requests for name, model in day.models.items()} == {
        "gpt-4o-mini": TEAM_KEYS + 1,
        "gpt-4o": TEAM_KEYS,
        "claude-sonnet": TEAM_KEYS,
        "premium-xl": TEAM_KEYS,
    }
    first = usage.team_keys[0]
    key = day.keys[first.token]
    assert (key.key_alias, key.team_id, key.metrics.api_requests) == (first.alias, usage.team.team_id, 4)
    assert {name: part.metrics.api_requests for name, part in day.providers.items()} == {
        "openai": 3 * TEAM_KEYS + 1,
        "anthropic": TEAM_KEYS,
    }


async def test_more_pages_than_the_maximum_are_an_error(upstream: Upstream, usage: Usage) -> None:
    async with connect(upstream, activity_page_size=7, max_pages=3) as frugal:
        with pytest.raises(TooManyPages) as refusal:
            await of_person(frugal, usage)
    assert (refusal.value.route, refusal.value.max_pages) == ("/user/daily/activity", 3)


async def test_a_person_without_usage_has_no_days(client: LiteLLM) -> None:
    activity = await client.activity.of_user(unique("nobody"), date(2026, 1, 1), date(2026, 1, 31))
    assert (activity.days, activity.total, activity.complete) == ((), Metrics(), True)
