"""Budget rules for teams and their members."""

from datetime import UTC, datetime, timedelta

import pytest

from keydesk.kit.problems import PolicyRefused
from keydesk.litellm import Team
from keydesk.settings import TeamAdmin
from keydesk.teams.budgets import check_changed_budget, check_member_budget, check_new_budget
from keydesk.teams.limits import team_changes
from keydesk.teams.models import TeamRequest, TeamUpdate

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def wanted(usd: float | None, period: str | None = None) -> TeamRequest:
    return TeamRequest(team_alias="a", models=["m"], max_budget=usd, budget_duration=period)


def team(usd: float | None, period: str | None, spend: float = 0.0) -> Team:
    return Team(team_id="t", max_budget=usd, budget_duration=period, spend=spend)


def refusal_of(update: TeamUpdate, before: Team, *, hidden: bool = False) -> str | None:
    """Return the field that the error names, or None."""
    try:
        check_changed_budget(update, before, TeamAdmin(), NOW, hidden=hidden)
    except PolicyRefused as refused:
        return refused.param
    return None


def test_unlimited_budgets_need_permission_and_the_ceiling_still_applies() -> None:
    unlimited = TeamAdmin(allow_unlimited_budget=True)
    check_new_budget(wanted(None), unlimited)
    check_new_budget(wanted(1000.0), TeamAdmin())
    for usd, rules in ((None, TeamAdmin()), (1000.01, TeamAdmin()), (1000.01, unlimited)):
        with pytest.raises(PolicyRefused):
            check_new_budget(wanted(usd), rules)


@pytest.mark.parametrize(
    ("update", "before", "param"),
    [
        ({"rpm_limit": 5}, team(5000.0, "1s"), None),
        ({"budget_duration": "1d"}, team(1000.0, "30d"), "max_budget"),
        ({"budget_duration": "1d"}, team(33.0, "30d"), None),
        ({"budget_duration": "60d"}, team(1000.0, "30d"), None),
        ({"max_budget": 34.0}, team(33.0, "1d"), "max_budget"),
        ({"max_budget": 34.0}, team(33.0, "1s"), "budget_duration"),
        ({"max_budget": 34.0}, team(33.0, "999h"), "budget_duration"),
        ({"max_budget": 34.0}, team(33.0, "monthly"), "budget_duration"),
        ({"max_budget": 1000.0}, team(33.0, None, spend=2000.0), None),
        ({"max_budget": 1000.01}, team(33.0, None), "max_budget"),
        ({"max_budget": 34.0, "budget_duration": "30d"}, team(33.0, None), None),
        ({"budget_duration": None}, team(33.0, "30d"), "budget_duration"),
        ({"budget_duration": "30d"}, team(None, None), "max_budget"),
        ({"max_budget": 30.0, "budget_duration": "1d"}, team(33.0, "30d", spend=33.0), None),
        ({"max_budget": 30.0, "budget_duration": "1d"}, team(33.0, "30d", spend=34.0), "budget_duration"),
        ({"max_budget": 30.0, "budget_duration": "1d"}, team(34.0, "30d"), "budget_duration"),
        ({"max_budget": 30.0, "budget_duration": "1d"}, team(None, "30d"), "budget_duration"),
        ({"max_budget": 30.0, "budget_duration": "30d"}, team(1000.0, None, spend=1001.0), "budget_duration"),
        ({"max_budget": 1000.0, "budget_duration": "30d"}, team(5000.0, "1s", spend=5000.0), None),
        ({"max_budget": 30.0, "budget_duration": "60d"}, team(1000.0, "30d", spend=1000.0), None),
        ({"max_budget": 30.0}, team(1000.0, "30d", spend=1000.0), None),
    ],
    ids=str,
)
def test_the_budget_after_the_update_is_checked(
    update: dict[str, object], before: Team, param: str | None
) -> None:
    assert refusal_of(TeamUpdate.model_validate(update), before) == param


@pytest.mark.parametrize("usd", [1.0, 999.0, 5000.0, None])
def test_period_changes_do_not_reveal_a_hidden_budget(usd: float | None) -> None:
    """A refusal that depended on the amount would reveal a bound for it."""
    for period in ("1d", "30d", "1y"):
        update = TeamUpdate(budget_duration=period)
        assert refusal_of(update, team(usd, "30d"), hidden=True) == "max_budget"


@pytest.mark.parametrize(("minutes", "param"), [(0, "budget_duration"), (14, "budget_duration"), (16, None)])
def test_the_period_cannot_be_shortened_right_after_the_amount_was_lowered(
    minutes: int, param: str | None
) -> None:
    """The team may have spent the larger amount without LiteLLM reporting it yet."""
    before = team(1000.0, "30d")
    changes = team_changes(TeamUpdate(max_budget=33.0), before, NOW - timedelta(minutes=minutes))
    lowered = team(33.0, "30d").model_copy(update={"metadata": changes.metadata})
    assert refusal_of(TeamUpdate(budget_duration="1d"), lowered) == param


@pytest.mark.parametrize("spend", [0.0, 1.0, 33.0, 34.0, 999.0, 5000.0])
def test_shorter_periods_do_not_reveal_a_hidden_spend(spend: float) -> None:
    """The budget could be computed from the spend and the visible percentage."""
    for period, param in (
        ("1d", "budget_duration"),
        ("29d", "budget_duration"),
        ("30d", None),
        ("60d", None),
    ):
        update = TeamUpdate(max_budget=1.0, budget_duration=period)
        assert refusal_of(update, team(700.0, "30d", spend), hidden=True) == param


def test_a_member_budget_is_checked_with_the_period_of_the_team() -> None:
    for period, most in (("1d", 33.33), ("30d", 1000.0), ("60d", 2000.0), (None, 1000.0), ("1s", 1000.0)):
        check_member_budget(most, team(5.0, period), TeamAdmin())
        with pytest.raises(PolicyRefused) as refused:
            check_member_budget(most + 0.01, team(5.0, period), TeamAdmin())
        assert refused.value.param == "maxBudgetInTeam"
    check_member_budget(None, team(5.0, "1d"), TeamAdmin())
