"""Budget resets, expiry of keys, and rate limit windows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from keydesk_sandbox.durations import BadDurationError, expiry, is_budget_duration, next_reset
from tests.unit.sandbox.bench import MONDAY, Bench

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("duration", "reset"),
    [
        ("30s", datetime(2026, 11, 23, 9, 30, 30, tzinfo=UTC)),
        ("5m", datetime(2026, 11, 23, 9, 35, tzinfo=UTC)),
        ("1h", datetime(2026, 11, 23, 10, 0, tzinfo=UTC)),
        ("1d", datetime(2026, 11, 24, tzinfo=UTC)),
        ("24h", datetime(2026, 11, 24, tzinfo=UTC)),
        ("7d", datetime(2026, 11, 30, tzinfo=UTC)),
        ("1w", datetime(2026, 11, 30, tzinfo=UTC)),
        ("30d", datetime(2026, 12, 1, tzinfo=UTC)),
        ("1mo", datetime(2026, 12, 1, tzinfo=UTC)),
        ("45d", datetime(2027, 1, 7, tzinfo=UTC)),
    ],
)
def test_a_budget_resets_by_the_calendar(duration: str, reset: datetime) -> None:
    assert next_reset(MONDAY, duration) == reset


@pytest.mark.parametrize("duration", ["12mo", "2mo", "1y", "0d", "", "-1", "banana", "1.5h"])
def test_other_budget_durations_are_refused(duration: str) -> None:
    assert not is_budget_duration(duration)


def test_a_lifetime_can_be_in_calendar_months() -> None:
    assert expiry(datetime(2027, 1, 31, tzinfo=UTC), "1mo") == datetime(2027, 2, 28, tzinfo=UTC)
    assert expiry(MONDAY, "12mo") == MONDAY.replace(year=2027)


@pytest.mark.parametrize(
    ("duration", "wording"),
    [
        ("1y", "Unsupported duration unit"),
        ("1D", "Unsupported duration unit"),
        ("banana", "Invalid duration"),
    ],
)
def test_an_invalid_lifetime_has_a_reason(duration: str, wording: str) -> None:
    with pytest.raises(BadDurationError, match=wording):
        expiry(MONDAY, duration)


async def info(bench: Bench, key: str) -> Any:
    return (await bench.get("/key/info", key=key))["info"]


async def test_a_daily_budget_resets_at_midnight(bench: Bench) -> None:
    key = await bench.key(max_budget=1, budget_duration="1d")
    await bench.chat(key)
    assert (await bench.chat(key)).status_code == 422
    bench.clock.forward(days=1)
    stored = await info(bench, key)
    assert (stored["spend"], stored["budget_reset_at"]) == (0, "2026-11-25T00:00:00+00:00")
    assert stored["total_spend"] > 1
    assert (await bench.chat(key)).status_code == 200


async def test_budgets_of_people_teams_and_members_reset_too(bench: Bench) -> None:
    await bench.person(max_budget=50, budget_duration="1d")
    await bench.post("/team/new", team_id="red", max_budget=50, budget_duration="1d")
    await bench.post(
        "/team/member_add",
        team_id="red",
        member={"role": "user", "user_id": "alice"},
        max_budget_in_team=50,
        budget_duration="1d",
    )
    await bench.chat(await bench.key(user_id="alice", team_id="red"))
    bench.clock.forward(seconds=2)
    assert (await bench.get("/v2/user/info", user_id="alice"))["spend"] > 1
    bench.clock.forward(days=1)
    team = await bench.get("/team/info", team_id="red")
    assert (await bench.get("/v2/user/info", user_id="alice"))["spend"] == 0
    assert team["team_info"]["spend"] == 0
    assert [member["spend"] for member in team["team_memberships"]] == [0, 0]


async def test_a_budget_without_a_period_never_resets(bench: Bench) -> None:
    key = await bench.key(max_budget=1)
    await bench.chat(key)
    bench.clock.forward(days=400)
    assert (await bench.chat(key)).status_code == 422


async def test_a_key_expires_on_time(bench: Bench) -> None:
    key = await bench.key(duration="1h")
    bench.clock.forward(minutes=59)
    assert (await bench.chat(key)).status_code == 200
    bench.clock.forward(minutes=2)
    refusal = await bench.chat(key)
    assert (refusal.status_code, refusal.json()["error"]["type"]) == (401, "expired_key")
    assert (await info(bench, key))["status"] == "expired"


async def test_a_rate_limit_window_lasts_a_minute(bench: Bench) -> None:
    key = await bench.key(rpm_limit=2)
    assert [(await bench.chat(key)).status_code for _ in range(3)] == [200, 200, 429]
    bench.clock.forward(seconds=60)
    assert (await bench.chat(key)).status_code == 200
