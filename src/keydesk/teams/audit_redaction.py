"""Removes hidden team budgets from audit log responses.

The log itself contains them. Auditors who are neither team admins nor members of the team see them.
"""

from collections.abc import Collection
from dataclasses import dataclass

from keydesk.accounts.policy import litellm_user_id
from keydesk.audit.models import AuditedTable
from keydesk.audit.reading import AuditPage, ChangeView
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable, NotAnAccount
from keydesk.litellm import LiteLLMError
from keydesk.teams.policy import is_owned
from keydesk.teams.service import Teams

_TABLES = {AuditedTable.TEAM, AuditedTable.MEMBERSHIP}
_BUDGETS = {"max_budget", "max_budget_in_team", "spend"}


@dataclass(frozen=True, slots=True)
class AuditRedaction:
    teams: Teams
    user_id_domain: str | None

    async def redact(self, page: AuditPage, person: Person) -> AuditPage:
        """Return the page without the budgets that are hidden from the person."""
        named = {log.object_id for log in page.audit_logs if log.table_name in _TABLES}
        hidden = await self._hidden(person, named) if named else set()
        if not hidden:
            return page
        logs = [
            _redacted(log) if log.table_name in _TABLES and log.object_id in hidden else log
            for log in page.audit_logs
        ]
        return page.model_copy(update={"audit_logs": logs})

    async def _hidden(self, person: Person, named: set[str | None]) -> set[str | None]:
        """Return the teams in `named` whose budgets the person must not see; all of them if the lookup fails."""
        display = self.teams.display
        if not display.hide_team_budget_for_members and not display.hide_team_budget_for_managers:
            return set()
        try:
            groups = await self.teams.admins.groups_of(person)
            if groups and display.hide_team_budget_for_managers:
                return named
            if not display.hide_team_budget_for_members:
                return set()
            return named & await self._only_joined(person, groups)
        except (DirectoryUnavailable, LiteLLMError):
            return named

    async def _only_joined(self, person: Person, groups: Collection[str]) -> set[str | None]:
        """Return the ids of the teams that the person is a member but not a manager of."""
        try:
            user_id = litellm_user_id(person, self.user_id_domain)
        except NotAnAccount:
            return set()
        joined = await self.teams.gateway.teams.list(user_id=user_id)
        return {team.team_id for team in joined if not is_owned(team, groups)}


def _redacted(log: ChangeView) -> ChangeView:
    parts = {"before_value": log.before_value, "updated_values": log.updated_values}
    return log.model_copy(
        update={
            part: {name: value for name, value in values.items() if name not in _BUDGETS}
            for part, values in parts.items()
        }
    )
