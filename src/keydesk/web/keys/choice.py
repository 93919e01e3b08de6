"""The options of the key forms: teams, models and budgets of the signed-in person."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from keydesk.kit.durations import budget_period_days, length_of, to_litellm_budget
from keydesk.litellm import User
from keydesk.models.models import ModelView
from keydesk.settings import BudgetRules, LifetimeRules
from keydesk.teams.models import TeamView
from keydesk.web.form_fields import amount
from keydesk.web.formats import duration
from keydesk.web.keys.allowance import NO_ALLOWANCE, ShownAllowance
from keydesk.web.keys.hints import ModelHint, model_hints
from keydesk.web.language import N_
from keydesk.web.language import gettext as _
from keydesk.web.page_views import PageViews

_DURATIONS = (
    ("1d", N_("1 day")),
    ("7d", N_("7 days")),
    ("30d", N_("30 days")),
    ("90d", N_("90 days")),
    ("1y", N_("1 year")),
)
_USUAL_DURATION = "30d"
_PERIODS = (
    ("", N_("Never")),
    ("1d", N_("1 day")),
    ("7d", N_("7 days")),
    ("30d", N_("30 days")),
    ("1mo", N_("1 month")),
)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that a key can spend, in US dollars. It is the team's limit if `by_team`, else the account's."""

    usd: float
    by_team: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """`team` is the selected one of `teams`, or None. With `is_of_team`, it owns the key, and no account does."""

    account: User
    teams: Sequence[TeamView]
    catalogue: Sequence[ModelView]
    team: TeamView | None
    is_of_team: bool = False
    allowance: ShownAllowance = NO_ALLOWANCE

    @property
    def models(self) -> list[ModelHint]:
        return model_hints(self.account, self.team, self.catalogue)

    @property
    def fallback(self) -> Sequence[str]:
        """Return the models of a key that lists none."""
        return self.team.models if self.team else self.account.models

    @property
    def ceiling(self) -> Ceiling | None:
        """Return the lower limit of account and team, or None without one that this person may see."""
        limits = ((self.account.max_budget, False), (self.team.max_budget if self.team else None, True))
        known = [Ceiling(usd, by_team) for usd, by_team in limits if usd is not None]
        return min(known, key=lambda each: each.usd, default=None)

    def exceeded_by(self, budget: str | float | None) -> Ceiling | None:
        """Return the ceiling if the budget, a number or the text of a field, is above it."""
        usd = amount(budget) if isinstance(budget, str) else budget
        return self.ceiling if self.ceiling and isinstance(usd, float) and usd > self.ceiling.usd else None

    @property
    def account_left(self) -> float | None:
        return (
            None
            if self.account.max_budget is None
            else max(0.0, self.account.max_budget - self.account.spend)
        )

    @property
    def team_left(self) -> float | None:
        """Return the team's remaining budget, or None without a limit or if it is hidden from this person."""
        limit = self.team.max_budget if self.team else None
        return None if self.team is None or limit is None else max(0.0, limit - self.team.spend)


def durations(rules: LifetimeRules) -> list[tuple[str, str]]:
    """Return the lifetimes of a key that the policy allows, with their labels. The longest one is always offered."""
    offered = [(value, _(label)) for value, label in _DURATIONS if rules.allows(value)]
    for value in (rules.usual, rules.longest):
        if value is not None and value not in dict(offered):
            offered.append((value, duration(value)))
    return sorted(offered, key=lambda each: length_of(each[0]))


def usual_duration(rules: LifetimeRules) -> str:
    """Return the suggested lifetime."""
    return rules.usual or _USUAL_DURATION


def kept_duration(chosen: str | None, rules: LifetimeRules) -> str:
    """Return the chosen lifetime if the policy allows it, or else the suggested one. Empty means never."""
    is_allowed = chosen in dict(durations(rules)) or (chosen == "" and not rules.must_expire)
    return chosen if chosen is not None and is_allowed else usual_duration(rules)


def periods(rules: BudgetRules) -> list[tuple[str, str]]:
    """Return the budget periods that the policy allows, with their labels."""
    shortest = budget_period_days(to_litellm_budget(rules.shortest_budget_period)) or 0
    allowed = [each for each in _PERIODS if not each[0] or (budget_period_days(each[0]) or 0) >= shortest]
    return [(value, _(label)) for value, label in allowed]


async def choice_of(views: PageViews, account: User, team_id: str | None) -> Choice:
    """Return the options of the form. Raises LiteLLMError."""
    teams, catalogue = await asyncio.gather(views.teams(), views.models())
    return Choice(account, teams, catalogue, next((team for team in teams if team.team_id == team_id), None))
