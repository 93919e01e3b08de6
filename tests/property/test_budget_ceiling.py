"""With any granted budget, long-term spend stays within the rate of the ceiling.

The oracle knows LiteLLM's calendar from the contract tests, not from the rules: it goes from reset to reset, as
LiteLLM does, and spends each budget completely.
"""

import math
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from keydesk.budgets.policy import Budget
from keydesk.kit.problems import PolicyRefused
from keydesk.settings import KeyGeneration, TeamAdmin
from keydesk.teams.budgets import check_new_budget, requested_budget
from keydesk.teams.models import TeamRequest
from keydesk_sandbox.durations import next_reset

CEILING = 1000.0
START = datetime(2026, 11, 29, 8, 30, 17, tzinfo=UTC)
LONG = timedelta(days=10 * 365)
MOST_RESETS = 5_000
TINY = 1e-9


def is_taken(period: str) -> bool:
    try:
        TeamRequest(team_alias="a", models=["m"], max_budget=1.0, budget_duration=period)
    except ValueError:
        return False
    return True


units = st.sampled_from(["s", "m", "h", "d", "w", "mo", "y"])
numbers = st.integers(1, 40) | st.integers(1, 100_000)
periods = st.tuples(numbers, units).map(lambda pair: f"{pair[0]}{pair[1]}").filter(is_taken)
amounts = st.floats(0.01, 200_000, allow_nan=False) | st.sampled_from([33.33, 33.34, 1000.0, 1e6, 1e308])


def granted(usd: float, period: str) -> Budget | None:
    request = TeamRequest(team_alias="a", models=["m"], max_budget=usd, budget_duration=period)
    try:
        check_new_budget(request, TeamAdmin(max_budget_ceiling=CEILING))
    except PolicyRefused:
        return None
    return requested_budget(request)


def resets_within(period: str, span: timedelta) -> int:
    """Return how often LiteLLM resets a budget of this period from `START` on, up to a maximum."""
    now, resets = START, 0
    while resets < MOST_RESETS:
        now = next_reset(now, period)
        if now > START + span:
            break
        resets += 1
    return resets


@given(amounts, periods)
def test_a_granted_budget_stays_within_the_rate_of_the_ceiling(usd: float, period: str) -> None:
    budget = granted(usd, period)
    if budget is None or budget.usd is None or budget.period is None:
        return
    spent_after_the_first = resets_within(budget.period, LONG) * budget.usd
    most = CEILING / 30 * (LONG / timedelta(days=1))
    # The calendar may shorten the first period, so there can be one additional budget.
    assert spent_after_the_first <= most + budget.usd + TINY
    assert budget.usd <= TeamAdmin().largest_budget


@given(st.integers(1, 3650), st.floats(0.5, 1.0))
def test_every_number_of_whole_days_may_use_its_share(days: int, part: float) -> None:
    usd = math.floor(CEILING / 30 * days * part * 100) / 100
    if usd > 0:
        assert granted(usd, f"{days}d") is not None


@given(st.integers(1, 3650), st.floats(1.001, 1e12))
def test_no_budget_exceeds_the_share(days: int, factor: float) -> None:
    assert granted(CEILING / 30 * days * factor, f"{days}d") is None


@given(st.integers(1, 23), st.sampled_from(["h", "m", "s"]))
def test_less_than_a_day_is_not_a_period(number: int, unit: str) -> None:
    assert granted(0.01, f"{number}{unit}") is None


def test_keys_and_teams_have_the_same_defaults() -> None:
    keys, teams = KeyGeneration(), TeamAdmin()
    assert keys.shortest_budget_period == teams.shortest_budget_period == "1d"
    assert keys.largest_budget == teams.largest_budget
