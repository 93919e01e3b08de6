"""Keeps hidden team budgets out of the audit log's answers to those from whom they are hidden.

The log itself keeps them, and auditors who neither manage teams nor are in the team read them.
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

    async def over(self, page: AuditPage, person: Person) -> AuditPage:
        """The page without the budgets that are hidden from the person."""
        named = {log.object_id for log in page.audit_logs if log.table_name in _TABLES}
        hidden = await self._hidden(person, named) if named else set()
        if not hidden:
            return page
        logs = [
            _veiled(log) if log.table_name in _TABLES and log.object_id in hidden else log
            for log in page.audit_logs
        ]
        return page.model_copy(update={"audit_logs": logs})

    async def _hidden(self, person: Person, named: set[str | None]) -> set[str | None]:
        """Those of the named teams whose budgets the person must not see; all of them when nobody can say."""
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
        """The teams that the person is in and does not manage."""
        try:
            user_id = litellm_user_id(person, self.user_id_domain)
        except NotAnAccount:
            return set()
        joined = await self.teams.gateway.teams.list(user_id=user_id)
        return {team.team_id for team in joined if not is_owned(team, groups)}


def _veiled(log: ChangeView) -> ChangeView:
    parts = {"before_value": log.before_value, "updated_values": log.updated_values}
    return log.model_copy(
        update={
            part: {name: value for name, value in values.items() if name not in _BUDGETS}
            for part, values in parts.items()
        }
    )
