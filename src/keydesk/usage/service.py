"""Answers what was used and what it cost, for a person and for a team."""

from dataclasses import dataclass

from keydesk.clock import Clock
from keydesk.identity.principal import Person
from keydesk.keys.ids import KeyIds
from keydesk.litellm import LiteLLM, User
from keydesk.teams.service import Teams
from keydesk.usage.models import UsageView
from keydesk.usage.period import Period
from keydesk.usage.report import usage_report, without_spend


@dataclass(frozen=True, slots=True)
class Usage:
    gateway: LiteLLM
    teams: Teams
    ids: KeyIds
    clock: Clock

    async def of_user(self, user: User, period: Period) -> UsageView:
        """Everything the user's keys did in the period, those of teams included."""
        activity = await self.gateway.activity.of_user(user.user_id, period.start, period.end)
        return usage_report(activity, self.ids.of, self.clock())

    async def of_team(self, person: Person, user: User, team_id: str, period: Period) -> UsageView:
        """What a team did, for its members and managers; without money where its budget is hidden from them."""
        _, hidden = await self.teams.readable(person, user, team_id)
        activity = await self.gateway.activity.of_team(team_id, period.start, period.end)
        report = usage_report(activity, self.ids.of, self.clock())
        return without_spend(report) if hidden else report
