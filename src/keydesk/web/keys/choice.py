"""The options of the key forms: teams, models and budgets of the signed-in person."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from keydesk.litellm import User
from keydesk.models.models import ModelView
from keydesk.teams.models import TeamView
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
_PERIODS = (
    ("", N_("Never")),
    ("1d", N_("1 day")),
    ("7d", N_("7 days")),
    ("30d", N_("30 days")),
    ("1mo", N_("1 month")),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """`team` is the selected one of `teams`, or None."""

    account: User
    teams: Sequence[TeamView]
    catalogue: Sequence[ModelView]
    team: TeamView | None

    @property
    def models(self) -> list[ModelHint]:
        return model_hints(self.account, self.team, self.catalogue)

    @property
    def fallback(self) -> Sequence[str]:
        """Return the models of a key that lists none."""
        return self.team.models if self.team else self.account.models

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


def durations() -> list[tuple[str, str]]:
    """Return the offered lifetimes of a key, with their labels."""
    return [(value, _(label)) for value, label in _DURATIONS]


def periods() -> list[tuple[str, str]]:
    """Return the offered budget periods, with their labels."""
    return [(value, _(label)) for value, label in _PERIODS]


async def choice_of(views: PageViews, account: User, team_id: str | None) -> Choice:
    """Return the options of the form. Raises LiteLLMError."""
    teams, catalogue = await asyncio.gather(views.teams(), views.models())
    return Choice(account, teams, catalogue, next((team for team in teams if team.team_id == team_id), None))
