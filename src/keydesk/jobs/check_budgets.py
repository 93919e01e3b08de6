"""Checks all budgets, sends alerts, and runs the watchdog on the same figures.

The calls to LiteLLM in one check do not depend on the number of keys: a page of `/user/list` and of `/v2/team/list` for
each 100 users and teams, `/team/info` for at most `TEAMS_PER_CHECK` teams whose spend has moved (only there are the
budgets of members), and one call of `/user/daily/activity/aggregated` for the watchdog. Keys come from the index,
which another job reads.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from keydesk.alerts.judging import Judging
from keydesk.alerts.models import Figure
from keydesk.alerts.recipients import Recipients, TeamRecipients
from keydesk.alerts.tracking import tracked_account, tracked_key, tracked_member, tracked_team
from keydesk.jobs.watchdog import GatewayFigures, Watch
from keydesk.key_index.service import KeyIndex
from keydesk.keys.left_alone import ADMINISTRATORS
from keydesk.kit.clock import Clock
from keydesk.litellm import LiteLLM, Team, User
from keydesk.teams.policy import MASTER_USER

TEAMS_PER_CHECK = 50
"""Teams whose members are read in one check. Others have their turn in the next ones."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CheckBudgets:
    """`hides_team_budgets` means that managers of teams see no amounts. `now` is the same for all of a check."""

    gateway: LiteLLM
    index: KeyIndex
    judging: Judging
    recipients: Recipients
    watchdog: Watch
    clock: Clock
    hides_team_budgets: bool
    is_active: bool

    async def apply(self) -> int:
        """Check everything once. Return the number of alerts. Raises LiteLLMError; the next check continues."""
        if not self.is_active:
            return 0
        check = _Check(self, self.clock(), self.recipients.for_one_check())
        alerts = await check.run()
        await self.judging.prune(check.now)
        _log.info("budgets_checked", alerts=alerts)
        return alerts


@dataclass(slots=True)
class _Check:
    job: CheckBudgets
    now: datetime
    team_recipients: TeamRecipients
    figures: GatewayFigures = field(default_factory=GatewayFigures)

    async def run(self) -> int:
        steps: list[Callable[[], Awaitable[int]]] = [self._accounts, self._teams, self._keys]
        total = sum([await step() for step in steps])
        await self.job.watchdog.apply(self.figures, self.now)
        return total

    async def _accounts(self) -> int:
        total = 0
        async for page in self.job.gateway.users.pages():
            users = [user for user in page.users if user.user_id != MASTER_USER]
            for user in users:
                self._remember(user)
            tracked = [tracked_account(user, self.job.recipients.of_account(user.user_id)) for user in users]
            total += await self.job.judging.judge(tracked, self.now, self.team_recipients)
        return total

    def _remember(self, user: User) -> None:
        budget = Figure(user.user_id, user.spend, user.max_budget, user.budget_reset_at)
        self.figures.accounts[user.user_id] = budget
        if user.user_role in ADMINISTRATORS:
            self.figures.administrators.add(user.user_id)

    async def _teams(self) -> int:
        teams = await self.job.gateway.teams.list()
        hidden = self.job.hides_team_budgets
        for team in teams:
            figure = Figure(team.team_id, team.spend, team.max_budget, team.budget_reset_at)
            self.figures.teams[team.team_id] = figure
            self.figures.team_names[team.team_id] = team.team_alias or team.team_id
        tracked = [tracked_team(team, is_hidden=hidden) for team in teams]
        total = await self.job.judging.judge(tracked, self.now, self.team_recipients)
        return total + await self._members({team.team_id: team for team in teams})

    async def _members(self, teams: dict[str, Team]) -> int:
        """Read the budgets of members in the teams whose spend has moved: only then has a member's."""
        figures = [
            Figure(f"members:{team.team_id}", team.spend, None, team.budget_reset_at)
            for team in teams.values()
            if any(member.user_id not in (None, MASTER_USER) for member in team.members_with_roles)
        ]
        total = 0
        for moved in await self.job.judging.moved(figures, TEAMS_PER_CHECK):
            team = teams[moved.figure.subject.removeprefix("members:")]
            total += await self._members_of(team)
            await self.job.judging.settled(moved, self.now)
        return total

    async def _members_of(self, team: Team) -> int:
        members = await self.job.gateway.teams.memberships(team.team_id)
        of_account = self.job.recipients.of_account
        tracked = [
            tracked_member(team, member, of_account(member.user_id))
            for member in members
            if member.max_budget is not None and member.user_id != MASTER_USER
        ]
        return await self.job.judging.judge(tracked, self.now, self.team_recipients)

    async def _keys(self) -> int:
        """Check the keys of the index that have a budget, once the index is complete."""
        state = await self.job.index.state()
        if state is None or state.as_of is None:
            return 0
        self.figures.keys_as_of = state.as_of
        total = 0
        async for batch in self.job.index.search.working(with_budget=True):
            tracked = [tracked_key(key, self.job.recipients.of_key(key)) for key in batch]
            total += await self.job.judging.judge(tracked, self.now, self.team_recipients)
        return total
