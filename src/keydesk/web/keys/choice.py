"""What the forms for keys offer: teams, models and budgets of the person at hand, with the reasons."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from keydesk.litellm import User
from keydesk.models.models import ModelView
from keydesk.teams.models import TeamView
from keydesk.web.keys.hints import ModelHint, model_hints
from keydesk.web.page_views import PageViews

DURATIONS = (("30d", "30 days"), ("90d", "90 days"), ("1y", "a year"), ("7d", "7 days"), ("1d", "a day"))
PERIODS = (("", "never"), ("1d", "every day"), ("7d", "every 7 days"), ("30d", "every 30 days"))


@dataclass(frozen=True, slots=True)
class Choice:
    """`team` is the one that is chosen, of those of `teams`."""

    account: User
    teams: Sequence[TeamView]
    catalogue: Sequence[ModelView]
    team: TeamView | None

    @property
    def models(self) -> list[ModelHint]:
        return model_hints(self.account, self.team, self.catalogue)

    @property
    def fallback(self) -> Sequence[str]:
        """The list of models that counts for a key without any of its own."""
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
        """None where the team has no limit, or its budget is hidden from this person."""
        limit = self.team.max_budget if self.team else None
        return None if self.team is None or limit is None else max(0.0, limit - self.team.spend)


async def choice_of(views: PageViews, account: User, team_id: str | None) -> Choice:
    """Raises LiteLLMError."""
    teams, catalogue = await asyncio.gather(views.teams(), views.models())
    return Choice(account, teams, catalogue, next((team for team in teams if team.team_id == team_id), None))
