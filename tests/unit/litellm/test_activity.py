"""Usage of users and teams: complete by day, model and key, or marked as incomplete."""

import copy
from datetime import date
from typing import Any

import pytest

from keydesk.litellm import Activity, Metrics, TooManyPages, UnexpectedAnswer, adds_up, same_figures
from tests.unit.litellm.days import Row, page
from tests.unit.litellm.gateway import NO_SUCH_ROUTE, TOKEN_HASH, GatewayStandIn, answer

pytestmark = pytest.mark.anyio

USER = "GET /user/daily/activity"
TEAM = "GET /team/daily/activity"
FIRST, LAST = date(2026, 11, 20), date(2026, 11, 23)


async def alices_activity(litellm: GatewayStandIn, **settings: Any) -> Activity:
    return await litellm.connect(**settings).activity.of_user("alice", FIRST, LAST)


async def test_one_page_is_read_with_one_call(litellm: GatewayStandIn) -> None:
    litellm.on(USER, answer(page([Row("2026-11-23", cents=3), Row("2026-11-21", cents=2)])))
    activity = await alices_activity(litellm)
    assert [(day.date.isoformat(), day.metrics.spend) for day in activity.days] == [
        ("2026-11-21", 0.02),
        ("2026-11-23", 0.03),
    ]
    assert (activity.total.total_tokens, activity.pages_read, activity.complete) == (50, 1, True)
    assert litellm.query == {
        "user_id": "alice",
        "start_date": "2026-11-20",
        "end_date": "2026-11-23",
        "page": "1",
        "page_size": "1000",
    }
    assert len(litellm.requests) == 1


async def test_an_empty_activity_is_complete(litellm: GatewayStandIn) -> None:
    litellm.on(USER, answer(page([], of=0)))
    activity = await alices_activity(litellm)
    assert (activity.days, activity.total, activity.complete) == ((), Metrics(), True)


async def test_a_day_on_several_pages_is_one_day(litellm: GatewayStandIn) -> None:
    first = page([Row("2026-11-23", cents=5), Row("2026-11-22", "key-1", "gpt-4o", 1)], of=2)
    second = page([Row("2026-11-22", "key-1", "gpt-4o", 2), Row("2026-11-22", "key-2", "mini", 4)], of=2)
    litellm.on(USER, answer(first), answer(second), answer(first))
    activity = await alices_activity(litellm)
    assert [day.date.day for day in activity.days] == [22, 23]
    spread = activity.days[0]
    assert spread.metrics.api_requests == 7
    assert {name: model.metrics.api_requests for name, model in spread.models.items()} == {
        "gpt-4o": 3,
        "mini": 4,
    }
    assert spread.models["gpt-4o"].keys["key-1"].metrics.api_requests == 3
    assert {name: key.metrics.api_requests for name, key in spread.keys.items()} == {"key-1": 3, "key-2": 4}
    assert spread.providers["openai"].metrics.api_requests == 7
    assert (activity.total.api_requests, activity.pages_read, activity.complete) == (12, 2, True)


async def test_a_key_has_its_alias_and_a_model_its_public_name(litellm: GatewayStandIn) -> None:
    litellm.on(USER, answer(page([Row("2026-11-23")])))
    (day,) = (await alices_activity(litellm)).days
    assert list(day.models) == ["gpt-4o"]
    assert day.keys["key-1"].key_alias == "alias of key-1"


async def test_a_release_without_public_names_returns_provider_names(litellm: GatewayStandIn) -> None:
    litellm.on(USER, answer(page([Row("2026-11-23")], public_names=False)))
    (day,) = (await alices_activity(litellm)).days
    assert list(day.models) == ["openai/gpt-4o"]


async def test_inconsistent_pages_are_read_once_more(litellm: GatewayStandIn) -> None:
    old = [Row("2026-11-22", f"key-{number}") for number in range(3)]
    new = [Row("2026-11-23"), *old]
    moving = [page(old[:2], of=2), page(new[2:], of=2), page(new[:2], of=2)]
    still = [page(new[:2], of=2), page(new[2:], of=2), page(new[:2], of=2)]
    litellm.on(USER, *map(answer, [*moving, *still]))
    activity = await alices_activity(litellm)
    assert (activity.total.api_requests, activity.complete) == (4, True)
    assert len(litellm.requests) == 6


async def test_permanently_inconsistent_pages_are_incomplete(litellm: GatewayStandIn) -> None:
    rows = [Row("2026-11-23", f"key-{number}") for number in range(4)]
    read = [page(rows[:2], of=2), page(rows[2:], of=2), page(rows[1:3], of=2)]
    litellm.on(USER, *map(answer, read * 2))
    assert not (await alices_activity(litellm)).complete


async def test_a_changing_number_of_pages_is_incomplete(litellm: GatewayStandIn) -> None:
    rows = [Row("2026-11-23", f"key-{number}") for number in range(2)]
    litellm.on(USER, *map(answer, [page(rows[:1], of=2), page(rows[1:], of=3)] * 2))
    assert not (await alices_activity(litellm)).complete


async def test_new_usage_today_does_not_make_pages_inconsistent(litellm: GatewayStandIn) -> None:
    first = [Row("2026-11-23", cents=1), Row("2026-11-22")]
    later = [Row("2026-11-23", cents=9), Row("2026-11-22")]
    second = [Row("2026-11-21")]
    litellm.on(USER, *map(answer, [page(first, of=2), page(second, of=2), page(later, of=2)]))
    activity = await alices_activity(litellm)
    assert (activity.total.api_requests, activity.complete) == (3, True)


async def test_days_that_do_not_add_up_to_their_page_are_incomplete(litellm: GatewayStandIn) -> None:
    litellm.on(USER, answer(page([Row("2026-11-23")], total_api_requests=2)))
    activity = await alices_activity(litellm)
    assert not activity.complete
    assert len(litellm.requests) == 2


async def test_sums_may_differ_by_floating_point_rounding(litellm: GatewayStandIn) -> None:
    rows = [Row(f"2026-11-2{number}", cents=1) for number in range(4)]
    litellm.on(USER, answer(page(rows, total_spend=0.04000000000000001)))
    assert (await alices_activity(litellm)).complete


async def test_too_many_pages_are_an_error(litellm: GatewayStandIn) -> None:
    litellm.on(USER, answer(page([Row("2026-11-23")], of=4)))
    with pytest.raises(TooManyPages):
        await alices_activity(litellm, max_pages=3)


async def test_the_team_is_sent_by_its_id(litellm: GatewayStandIn) -> None:
    litellm.on(TEAM, answer(page([Row("2026-11-23")])))
    activity = await litellm.connect(activity_page_size=10).activity.of_team("red", FIRST, LAST)
    assert (litellm.query["team_ids"], litellm.query["page_size"]) == ("red", "10")
    assert activity.complete


async def test_a_team_id_with_a_comma_is_one_team(litellm: GatewayStandIn) -> None:
    with pytest.raises(ValueError, match="comma"):
        await litellm.connect().activity.of_team("red,blue", FIRST, LAST)
    assert litellm.requests == []


async def test_the_aggregated_route_is_one_call(litellm: GatewayStandIn) -> None:
    body = page([Row("2026-11-23"), Row("2026-11-22", "key-2")], api_key_limit=1000, total_api_keys=2)
    litellm.on(f"{USER}/aggregated", answer(body))
    activity = await litellm.connect().activity.aggregated_of_user("alice", FIRST, LAST)
    assert activity is not None
    assert (activity.total.api_requests, activity.complete, activity.truncated_keys) == (2, True, False)
    assert litellm.query["api_key_limit"] == "1000"


async def test_omitted_keys_are_reported(litellm: GatewayStandIn) -> None:
    litellm.on(f"{TEAM}/aggregated", answer(page([Row("2026-11-23")], total_api_keys=1001)))
    activity = await litellm.connect().activity.aggregated_of_team("red", FIRST, LAST)
    assert activity is not None
    assert activity.truncated_keys


async def test_a_missing_aggregated_route_is_called_once(litellm: GatewayStandIn) -> None:
    litellm.on(f"{USER}/aggregated", answer(NO_SUCH_ROUTE, 404))
    activity = litellm.connect().activity
    for _ in range(2):
        assert await activity.aggregated_of_user("alice", FIRST, LAST) is None
    assert len(litellm.requests) == 1


async def test_pages_and_the_aggregated_route_are_equal(litellm: GatewayStandIn) -> None:
    rows = [Row("2026-11-23", key, model, 3) for key in ("key-1", "key-2") for model in ("gpt-4o", "mini")]
    pages = [answer(page([row], of=4)) for row in rows]
    litellm.on(USER, *(pages[at] for at in (0, 3, 1, 2, 3, 0)))
    litellm.on(f"{USER}/aggregated", answer(page(rows, total_api_keys=2)))
    whole = await alices_activity(litellm)
    at_once = await litellm.connect().activity.aggregated_of_user("alice", FIRST, LAST)
    assert at_once is not None
    assert (whole.complete, at_once.complete) == (True, True)
    assert same_figures(whole, at_once)
    assert whole.days[0].models.keys() == at_once.days[0].models.keys()


async def test_two_different_results_are_not_equal(litellm: GatewayStandIn) -> None:
    rows = [Row("2026-11-23", "key-1"), Row("2026-11-22", "key-2")]
    others = [rows[:1], [Row("2026-11-23", "key-2"), rows[1]], [Row("2026-11-23", "key-1", "mini"), rows[1]]]
    litellm.on(USER, *map(answer, [page(rows), *map(page, others)]))
    whole = await alices_activity(litellm)
    for _ in others:
        assert not same_figures(whole, await alices_activity(litellm))


async def test_a_day_whose_parts_do_not_add_up_is_detected(litellm: GatewayStandIn) -> None:
    whole, lacking = page([Row("2026-11-23"), Row("2026-11-23", "key-2")]), page([Row("2026-11-23")])
    litellm.on(USER, answer(whole))
    assert adds_up((await alices_activity(litellm)).days[0])
    for part in ("api_keys", "providers", "model_groups"):
        body = copy.deepcopy(whole)
        body["results"][0]["breakdown"][part] = lacking["results"][0]["breakdown"][part]
        if part == "model_groups":
            body["results"][0]["breakdown"]["models"] = {}
        litellm.on(USER, answer(body))
        (day,) = (await alices_activity(litellm)).days
        assert not adds_up(day), part


async def test_incomplete_public_names_are_replaced_by_provider_names(
    litellm: GatewayStandIn,
) -> None:
    body = page([Row("2026-11-23"), Row("2026-11-23", model="mini")])
    del body["results"][0]["breakdown"]["model_groups"]["mini"]
    litellm.on(USER, answer(body))
    (day,) = (await alices_activity(litellm)).days
    assert day.models.keys() == {"openai/gpt-4o", "openai/mini"}


async def test_failed_calls_without_a_public_name_keep_the_name_that_was_used(
    litellm: GatewayStandIn,
) -> None:
    failed = {"spend": 0, "api_requests": 1, "successful_requests": 0, "failed_requests": 1}
    body = page([Row("2026-11-23")])
    (day,) = body["results"]
    day["metrics"]["api_requests"] += 1
    day["metrics"]["failed_requests"] += 1
    part = {
        "metrics": failed,
        "metadata": {},
        "api_key_breakdown": {"key-1": {"metrics": failed, "metadata": {}}},
    }
    day["breakdown"]["models"]["gpt-4o"] = part
    litellm.on(USER, answer(body))
    (day,) = (await alices_activity(litellm)).days
    assert day.models.keys() == {"gpt-4o"}
    assert day.models["gpt-4o"].metrics.agrees_with(day.metrics)


async def test_null_equals_missing(litellm: GatewayStandIn) -> None:
    body = page([Row("2026-11-23")], total_api_keys=None)
    body["results"][0]["metrics"]["cache_read_input_tokens"] = None
    body["results"][0]["breakdown"] |= {"model_groups": None, "entities": None}
    body["results"][0]["breakdown"]["api_keys"]["key-1"]["metadata"] = None
    litellm.on(USER, answer(body))
    (day,) = (await alices_activity(litellm)).days
    assert (day.metrics.api_requests, list(day.models)) == (1, ["openai/gpt-4o"])
    assert day.keys["key-1"].key_alias is None


@pytest.mark.parametrize("body", [{"results": 1}, {"results": [{"date": "soon"}]}, [], "text"])
async def test_an_unexpected_format_is_refused(litellm: GatewayStandIn, body: Any) -> None:
    litellm.on(USER, answer(body))
    with pytest.raises(UnexpectedAnswer):
        await alices_activity(litellm)


async def test_activity_does_not_print_key_hashes(litellm: GatewayStandIn) -> None:
    litellm.on(USER, answer(page([Row("2026-11-23", TOKEN_HASH)])))
    activity = await alices_activity(litellm)
    assert activity.days[0].keys.keys() == {TOKEN_HASH}
    assert TOKEN_HASH not in repr(activity)


OVERLAPPING = (
    page([Row("2026-11-23", "key-1"), Row("2026-11-23", "key-2")], of=2),
    page([Row("2026-11-23", "key-2")], of=2),
)
"""Two pages of three keys' rows, as releases before 1.92 may return them: without key-3, and with key-2 twice."""
ALL_KEYS = page([Row("2026-11-23", f"key-{number}") for number in (1, 2, 3)])


async def test_an_older_release_is_asked_for_a_single_page_of_a_person(litellm: GatewayStandIn) -> None:
    litellm.version = "1.84.0"
    litellm.on(USER, *map(answer, (*OVERLAPPING, OVERLAPPING[0])))
    litellm.on(f"{USER}/aggregated", answer(ALL_KEYS))
    activity = await alices_activity(litellm)
    assert activity.days[0].keys.keys() == {"key-1", "key-2", "key-3"}
    assert activity.complete
    assert litellm.asked == [USER, f"{USER}/aggregated"]


async def test_an_older_release_is_asked_for_a_single_page_of_a_team(litellm: GatewayStandIn) -> None:
    litellm.version = "1.84.0"
    litellm.on(TEAM, answer(OVERLAPPING[0]), answer(ALL_KEYS))
    activity = await litellm.connect(activity_page_size=2).activity.of_team("red", FIRST, LAST)
    assert activity.days[0].keys.keys() == {"key-1", "key-2", "key-3"}
    assert activity.complete
    assert (litellm.query["page"], litellm.query["page_size"]) == ("1", "4")


async def test_an_empty_aggregate_of_an_older_release_is_incomplete(litellm: GatewayStandIn) -> None:
    litellm.version = "1.84.0"
    litellm.on(USER, answer(OVERLAPPING[0]))
    litellm.on(f"{USER}/aggregated", answer(page([])))
    assert not (await alices_activity(litellm)).complete
