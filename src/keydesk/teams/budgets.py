"""Rules for the budgets that team admins set for teams and members. Pure."""

from datetime import datetime, timedelta

from keydesk.budgets.policy import (
    CEILING_DAYS,
    Budget,
    ceiling_for,
    check_amount,
    check_budget,
    check_ceiling,
    dollars,
)
from keydesk.kit.durations import budget_period_days
from keydesk.kit.messages import message
from keydesk.kit.problems import PolicyRefused
from keydesk.litellm import Team
from keydesk.settings import TeamAdmin
from keydesk.teams.models import TeamRequest, TeamUpdate
from keydesk.teams.versions import lowered_at

_DEFAULT_PERIOD = f"{CEILING_DAYS}d"
_MAX_SPEND_DELAY = timedelta(minutes=15)
"""LiteLLM writes spend every few seconds. This allows for delayed writes and clock differences between replicas."""


def requested_budget(request: TeamRequest) -> Budget:
    """Return the budget of a new team. The period defaults to 30 days."""
    return Budget.requested(request.max_budget, request.budget_duration or _DEFAULT_PERIOD)


def check_new_budget(request: TeamRequest, rules: TeamAdmin) -> None:
    """Raise PolicyRefused if the budget of the new team is not allowed."""
    _check(requested_budget(request), rules)


def check_changed_budget(
    update: TeamUpdate, team: Team, rules: TeamAdmin, now: datetime, *, hidden: bool
) -> None:
    """Raise PolicyRefused if the budget of the team after the update is not allowed.

    If the budget is `hidden` from the caller, a new period needs an amount and must not be shorter. Otherwise, the
    caller could infer the amount or the spend from which updates are refused.
    """
    if not update.fields & {"max_budget", "budget_duration"}:
        return
    if hidden and "max_budget" not in update.fields:
        hint = message("Set max_budget in the same request. The current budget is hidden from you.")
        raise PolicyRefused(message("A new budget period needs an amount."), hint=hint, param="max_budget")
    usd = update.max_budget if "max_budget" in update.fields else team.max_budget
    if "budget_duration" in update.fields:
        budget = Budget.requested(usd, update.budget_duration)
        _check(budget, rules)
        if _is_shortened(budget, team):
            _check_shortened(budget, team, rules, now, hidden=hidden and team.max_budget is not None)
    else:
        # A budget without a period, as set in LiteLLM, never resets: the ceiling is its total.
        _check(Budget(usd, team.budget_duration or _DEFAULT_PERIOD), rules)


def check_member_budget(usd: float | None, team: Team, rules: TeamAdmin) -> None:
    """Raise PolicyRefused if a member's budget is above the ceiling for the team's period.

    LiteLLM 1.109 never resets member budgets. Newer releases may reset them together with the team's budget.
    """
    check_amount(usd, rules, "maxBudgetInTeam")
    days = budget_period_days(team.budget_duration) if team.budget_duration else None
    period = team.budget_duration if days else _DEFAULT_PERIOD
    check_ceiling(Budget(usd, period), rules.max_budget_ceiling, "maxBudgetInTeam")


def _check(budget: Budget, rules: TeamAdmin) -> None:
    check_budget(budget, rules, "team")
    check_ceiling(budget, rules.max_budget_ceiling, "max_budget")


def _is_shortened(budget: Budget, team: Team) -> bool:
    """Return whether the new budget resets more often. A budget without a period never resets."""
    if budget.usd is None or budget.period is None or budget.period == team.budget_duration:
        return False
    if team.budget_duration is None:
        return True
    days, before = budget_period_days(budget.period), budget_period_days(team.budget_duration)
    return days is not None and before is not None and days < before


def _check_shortened(budget: Budget, team: Team, rules: TeamAdmin, now: datetime, *, hidden: bool) -> None:
    """Raise PolicyRefused if the shorter period could reset a spend above its own ceiling.

    LiteLLM keeps the spend when the period changes and resets it when the new period ends. Because it reports spend
    with a delay, the budget counts as spent: both the current amount and a larger amount that was lowered recently.
    """
    if hidden:
        raise PolicyRefused(
            message("You cannot shorten the period of a budget that is hidden from you."),
            hint=message("Choose a period at least as long as the current one, or ask the platform team."),
            param="budget_duration",
        )
    most = ceiling_for(budget_period_days(budget.period or "") or 0, rules.max_budget_ceiling)
    if team.spend > most:
        raise PolicyRefused(
            message("The team has already spent more than the maximum for this period."),
            hint=message("Wait until the budget resets, or choose a longer period."),
            param="budget_duration",
        )
    lowered = lowered_at(team)
    is_settled = lowered is None or lowered + _MAX_SPEND_DELAY <= now
    if team.max_budget is None or team.max_budget > most or not is_settled:
        minutes = _MAX_SPEND_DELAY // timedelta(minutes=1)
        raise PolicyRefused(
            message("The team may already have spent more than the maximum for this period."),
            hint=message(
                "Set max_budget to at most %(amount)s US dollars first. Shorten the period %(minutes)s minutes "
                "later, because LiteLLM reports spend with a delay.",
                amount=dollars(most),
                minutes=minutes,
            ),
            param="budget_duration",
        )
