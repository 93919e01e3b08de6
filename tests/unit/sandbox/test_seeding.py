"""Generated people and usage: reproducible, uneven, and consistent with all spend."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest

from keydesk_sandbox.seed import KeyUsage, UsagePlan, seed_crowd, seed_demo, seed_objects, seed_usage
from tests.unit.sandbox.bench import MONDAY, Bench, bench_with

pytestmark = pytest.mark.anyio

PEOPLE = ("jane", "bob", "alice", "carol", "dave")
WHOLE = {"start_date": "2026-01-01", "end_date": "2026-12-31"}


async def rows_of(bench: Bench) -> list[tuple[Any, ...]]:
    statement = "SELECT * FROM daily_activity ORDER BY 1, 2, 3, 4, 5"
    found: list[tuple[Any, ...]] = await bench.app.state.store.read(
        lambda db: [tuple(row) for row in db.execute(statement)]
    )
    return found


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_same_seed_makes_the_same_demo(seed: int) -> None:
    async with bench_with() as one, bench_with() as two:
        assert await seed_demo(one.app, seed=seed) == await seed_demo(two.app, seed=seed)
        assert await rows_of(one) == await rows_of(two)


async def test_another_seed_makes_another_demo() -> None:
    async with bench_with() as one, bench_with() as two:
        await seed_demo(one.app, seed=1)
        await seed_demo(two.app, seed=2)
        assert await rows_of(one) != await rows_of(two)


async def test_a_demo_is_made_only_once(bench: Bench) -> None:
    secrets = await seed_demo(bench.app)
    before = await rows_of(bench)
    assert await seed_demo(bench.app) == secrets
    assert await rows_of(bench) == before


async def test_everyone_except_the_newcomer_has_an_account(bench: Bench) -> None:
    await seed_demo(bench.app)
    listed = await bench.get("/user/list", page_size=100)
    assert {user["user_id"] for user in listed["users"]} == {*PEOPLE, "default_user_id"}
    unknown = await bench.call("GET", "/v2/user/info", params={"user_id": "newbie"})
    assert unknown.status_code == 404


async def test_the_platform_team_may_use_a_knowledge_base_and_an_mcp_server(bench: Bench) -> None:
    await seed_demo(bench.app)
    await seed_objects(bench.app)
    granted = (await bench.get("/team/info", team_id="platform"))["team_info"]["object_permission"]
    stores = (await bench.get("/vector_store/list"))["data"]
    assert granted["vector_stores"] == [store["vector_store_id"] for store in stores]
    assert granted["mcp_servers"] == [server["server_id"] for server in await bench.get("/v1/mcp/server")]


async def test_there_are_three_owned_teams(bench: Bench) -> None:
    await seed_demo(bench.app)
    teams = await bench.get("/team/list")
    assert {team["team_id"] for team in teams} == {"platform", "research", "data-science"}
    assert all(team["metadata"]["owning_group"].startswith("group:default/") for team in teams)
    assert len({tuple(team["models"]) for team in teams}) == 3


async def test_the_keys_are_in_different_states(bench: Bench) -> None:
    secrets = await seed_demo(bench.app)
    found = {}
    for alias, secret in secrets.items():
        answer = await bench.chat(secret, "gpt-4o-mini")
        found[alias] = 200 if answer.status_code == 200 else answer.json()["error"]["type"]
    assert found["jane-laptop"] == found["bob-ci"] == found["alice-spare"] == 200
    assert found["jane-old-notebook"] == "expired_key"
    assert found["carol-dashboards"] == "budget_exceeded"
    assert found["bob-leaked"] == "auth_error"


async def keys_of(bench: Bench) -> list[dict[str, Any]]:
    listed = await bench.get("/key/list", return_full_object="true", size=100)
    keys: list[dict[str, Any]] = listed["keys"]
    return keys


async def test_one_key_is_near_its_budget_one_has_none_and_one_is_unused(bench: Bench) -> None:
    await seed_demo(bench.app)
    keys = {key["key_alias"]: key for key in await keys_of(bench)}
    assert 0.8 < keys["bob-ci"]["spend"] / keys["bob-ci"]["max_budget"] < 1
    assert keys["bob-laptop"]["max_budget"] is None
    assert (keys["alice-spare"]["spend"], keys["alice-spare"]["last_active"]) == (0, None)


async def test_the_spend_of_a_key_equals_its_activity(bench: Bench) -> None:
    await seed_demo(bench.app)
    for key in await keys_of(bench):
        activity = await bench.get("/user/daily/activity/aggregated", api_key=key["token"], **WHOLE)
        assert activity["metadata"]["total_spend"] == pytest.approx(key["total_spend"])


async def test_spend_is_the_usage_since_the_last_reset(bench: Bench) -> None:
    await seed_demo(bench.app)
    for person in PEOPLE:
        user = await bench.get("/v2/user/info", user_id=person)
        starts = {"30d": "2026-11-01", "7d": "2026-11-23", None: WHOLE["start_date"]}
        query = {"user_id": person, "start_date": starts[user["budget_duration"]], "end_date": "2026-11-23"}
        activity = await bench.get("/user/daily/activity/aggregated", **query)
        assert activity["metadata"]["total_spend"] == pytest.approx(user["spend"]), person


async def test_the_spend_of_a_team_equals_its_activity(bench: Bench) -> None:
    await seed_demo(bench.app)
    team = (await bench.get("/team/info", team_id="research"))["team_info"]
    query = {"team_ids": "research", "start_date": "2026-11-01", "end_date": "2026-11-23"}
    activity = await bench.get("/team/daily/activity/aggregated", **query)
    assert activity["metadata"]["total_spend"] == pytest.approx(team["spend"])


async def test_usage_covers_the_requested_days_up_to_today(bench: Bench) -> None:
    await seed_demo(bench.app, days=120)
    days = {row[0] for row in await rows_of(bench)}
    assert max(days) == "2026-11-23"
    assert min(days) >= (MONDAY.date() - timedelta(days=119)).isoformat()


async def seeded_alone(bench: Bench, last_day: date | None = None) -> dict[date, int]:
    """Generate a year of usage of one key and return its calls by day."""
    key = KeyUsage(token="a" * 64, user_id="alice", busyness=100, last_day=last_day)
    await seed_usage(bench.app.state.store, UsagePlan(keys=(key,), days=364, until=MONDAY.date()))
    calls: defaultdict[date, int] = defaultdict(int)
    for row in await rows_of(bench):
        calls[date.fromisoformat(row[0])] += row[11] + row[12]
    return calls


async def test_weekends_are_quiet_and_some_days_have_bursts(bench: Bench) -> None:
    calls = await seeded_alone(bench)
    workdays = sorted(number for day, number in calls.items() if day.weekday() < 5)
    weekends = [number for day, number in calls.items() if day.weekday() >= 5]
    assert sum(weekends) / len(weekends) < sum(workdays) / len(workdays) / 2
    assert workdays[-1] > 2 * workdays[len(workdays) // 2]


async def test_an_abandoned_key_has_no_later_rows(bench: Bench) -> None:
    last = MONDAY.date() - timedelta(days=30)
    assert max(await seeded_alone(bench, last_day=last)) <= last


async def test_some_calls_fail_and_several_models_are_used(bench: Bench) -> None:
    await seeded_alone(bench)
    found = await rows_of(bench)
    assert {row[5] for row in found} == {"gpt-4o-mini", "gpt-4o"}
    assert 0 < sum(row[12] for row in found) < sum(row[11] for row in found) / 10


async def test_a_crowd_has_the_requested_size(bench: Bench) -> None:
    written = await seed_crowd(bench.app, people=12, days=30)
    assert written == len(await rows_of(bench)) > 12 * 30
    assert (await bench.get("/user/list"))["total"] == 12
    assert {team["team_id"] for team in await bench.get("/team/list")} == {"team-1", "team-2"}
