"""When a budget starts again. LiteLLM keeps the length of periods in days and months, from 1.108 on of weeks too."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker
from tests.support.upstream.reading import key_of, team_of

pytestmark = pytest.mark.anyio
_SLACK = timedelta(minutes=1)


async def runs_for(gateway: Gateway, make: Maker, period: str) -> tuple[timedelta, timedelta]:
    """How long the first period of a new team's and of a new key's budget is."""
    team = await team_of(gateway, await make.team(max_budget=1, budget_duration=period))
    key = await key_of(gateway, await make.key(max_budget=1, budget_duration=period))
    now = datetime.now(UTC)
    ends = [datetime.fromisoformat(each["budget_reset_at"]) for each in (team, key)]
    first, second = ((end if end.tzinfo else end.replace(tzinfo=UTC)) - now for end in ends)
    return first, second


@pytest.mark.parametrize(("period", "longest"), [("1s", timedelta(0)), ("1m", timedelta(minutes=1))])
async def test_a_period_may_be_next_to_nothing(
    gateway: Gateway, make: Maker, period: str, longest: timedelta
) -> None:
    """A ceiling on such a budget is none: the amount can be spent again at once."""
    assert max(await runs_for(gateway, make, period)) <= longest + _SLACK


@pytest.mark.parametrize("period", ["25h", "36h", "100h", "999h", "2000m", "99999m", "100000s", "9999999s"])
async def test_hours_minutes_and_seconds_beyond_a_day_end_the_next_day(
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
    """They begin at midnight, so that the first one may be shorter by a day. 1.84 ends weeks the next midnight."""
    for length in await runs_for(gateway, make, period):
        assert timedelta(days=days - 1) - _SLACK <= length <= timedelta(days=days) + _SLACK
