"""When budgets reset. LiteLLM keeps the length of periods in days and months, and from 1.108 on in weeks too."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker
from tests.support.upstream.reading import key_of, team_of

pytestmark = pytest.mark.anyio
_SLACK = timedelta(minutes=1)


async def runs_for(gateway: Gateway, make: Maker, period: str) -> tuple[timedelta, timedelta]:
    """Return the length of the first budget period of a new team and of a new key."""
    team = await team_of(gateway, await make.team(max_budget=1, budget_duration=period))
    key = await key_of(gateway, await make.key(max_budget=1, budget_duration=period))
    now = datetime.now(UTC)
    ends = [datetime.fromisoformat(each["budget_reset_at"]) for each in (team, key)]
    first, second = ((end if end.tzinfo else end.replace(tzinfo=UTC)) - now for end in ends)
    return first, second


@pytest.mark.parametrize(("period", "longest"), [("1s", timedelta(0)), ("1m", timedelta(minutes=1))])
async def test_a_period_may_be_very_short(
    gateway: Gateway, make: Maker, period: str, longest: timedelta
) -> None:
    """A maximum for such a budget has no effect, because it resets immediately."""
    assert max(await runs_for(gateway, make, period)) <= longest + _SLACK


@pytest.mark.parametrize("period", ["25h", "36h", "100h", "999h", "2000m", "99999m", "100000s", "9999999s"])
async def test_more_than_a_day_in_hours_minutes_or_seconds_ends_the_next_day(
    gateway: Gateway, make: Maker, period: str
) -> None:
    assert max(await runs_for(gateway, make, period)) <= timedelta(days=2) + _SLACK


@pytest.mark.parametrize(
    ("period", "days"),
    [("2d", 2), ("60d", 60), ("365d", 365), pytest.param("2w", 14, marks=pytest.mark.since("1.108.14"))],
)
async def test_days_and_weeks_keep_their_length(
    gateway: Gateway, make: Maker, period: str, days: int
) -> None:
    """Periods begin at midnight, so the first one may be a day shorter. 1.84 ends weeks at the next midnight."""
    for length in await runs_for(gateway, make, period):
        assert timedelta(days=days - 1) - _SLACK <= length <= timedelta(days=days) + _SLACK
