"""Reconciles changes of teams, members and object permissions by comparing them with the current team."""

from dataclasses import dataclass

from keydesk.audit.models import Action, AuditedTable, Intent
from keydesk.jobs.finding import GONE, UNDECIDED, Finding, compared, made_if
from keydesk.litellm import LiteLLM, Team


@dataclass(frozen=True, slots=True)
class TeamReconciliation:
    gateway: LiteLLM

    async def settle(self, intent: Intent) -> Finding:
        """Return the outcome of the change. A new team is kept. Raises LiteLLMError."""
        team = await self.gateway.teams.get(intent.object_id) if intent.object_id else None
        change = intent.change
        if change.table is AuditedTable.TEAM and change.action is Action.CREATED:
            return made_if(team is not None)
        if change.table is AuditedTable.TEAM and change.action is Action.DELETED:
            return made_if(team is None)
        if team is None:
            return GONE
        if change.table is AuditedTable.MEMBERSHIP:
            return _membership(team, intent)
        current = team.object_permission if change.table is AuditedTable.OBJECT_PERMISSION else team
        if current is None:
            return UNDECIDED
        return compared(current.model_dump(mode="json"), change.before, change.after)


def _membership(team: Team, intent: Intent) -> Finding:
    change = intent.change
    user_id = change.after.get("user_id") or change.before.get("user_id")
    if user_id is None or change.action not in {Action.CREATED, Action.DELETED}:
        return UNDECIDED
    is_in = any(member.user_id == user_id for member in team.members_with_roles)
    return made_if(is_in == (change.action is Action.CREATED))
