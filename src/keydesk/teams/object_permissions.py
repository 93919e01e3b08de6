"""Gives teams knowledge bases (vector stores) and MCP servers, from the allow-lists. The other kind stays as it is."""

from dataclasses import dataclass

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.kit.people import Person
from keydesk.kit.problems import PolicyRefused
from keydesk.litellm import LiteLLM, ObjectPermission, ObjectPermissionChanges, Team, TeamChanges
from keydesk.settings import TeamAdmin
from keydesk.storage.leases import Leases
from keydesk.teams.allow_lists import Assignable, allowed_mcp_servers, allowed_vector_stores, ids_of
from keydesk.teams.models import AssignableView, KnowledgeBasesRequest, McpServersRequest, TeamView
from keydesk.teams.service import Teams
from keydesk.teams.team_admin import team_lease


@dataclass(frozen=True, slots=True)
class TeamObjects:
    gateway: LiteLLM
    rules: TeamAdmin
    teams: Teams
    leases: Leases
    audit: Audit

    async def vector_stores(self) -> list[AssignableView]:
        """Those a team may be given, by name."""
        return _by_name(await self._vector_stores())

    async def mcp_servers(self) -> list[AssignableView]:
        """Those a team may be given, by name."""
        return _by_name(await self._mcp_servers())

    async def set_knowledge_bases(
        self, person: Person, team_id: str, request: KnowledgeBasesRequest
    ) -> TeamView:
        """Let the team reach these vector stores and no others. Raises PolicyRefused, InvalidRequest, NotFound."""
        async with self.leases.hold(team_lease(team_id)):
            team = await self._changeable(person, team_id)
            ids = ids_of(request.vector_stores, await self._vector_stores(), "vector_stores")
            return await self._set(person, team, ObjectPermissionChanges(vector_stores=ids))

    async def set_mcp_servers(self, person: Person, team_id: str, request: McpServersRequest) -> TeamView:
        """Let the team reach these MCP servers and no others. Raises as `set_knowledge_bases` does."""
        async with self.leases.hold(team_lease(team_id)):
            team = await self._changeable(person, team_id)
            ids = ids_of(request.mcp_servers, await self._mcp_servers(), "mcp_servers")
            return await self._set(person, team, ObjectPermissionChanges(mcp_servers=ids))

    async def _changeable(self, person: Person, team_id: str) -> Team:
        team = await self.teams.owned(person, team_id)
        if not self.rules.object_permissions.enabled:
            raise PolicyRefused(
                "Knowledge bases and MCP servers are turned off for teams.",
                hint="The platform team can turn them on with teamAdmin.objectPermissions.enabled.",
            )
        return team

    async def _set(self, person: Person, team: Team, objects: ObjectPermissionChanges) -> TeamView:
        after = objects.changed_body()
        before = (team.object_permission or ObjectPermission()).model_dump(mode="json", include={*after})
        change = Change(
            person.ref, Action.UPDATED, AuditedTable.OBJECT_PERMISSION, team.team_id, before, after
        )
        async with self.audit.recording(change):
            changed = await self.gateway.teams.update(team.team_id, TeamChanges(object_permission=objects))
        return await self.teams.shown_to_manager(changed)

    async def _vector_stores(self) -> list[Assignable]:
        if not self.rules.allowed_vector_stores:
            return []
        return allowed_vector_stores(await self.gateway.vector_stores.list(), self.rules)

    async def _mcp_servers(self) -> list[Assignable]:
        if not self.rules.allowed_mcp_servers and not self.rules.allowed_mcp_access_groups:
            return []
        return allowed_mcp_servers(await self.gateway.mcp_servers.list(), self.rules)


def _by_name(assignable: list[Assignable]) -> list[AssignableView]:
    return sorted((each.view for each in assignable), key=lambda view: (view.name.casefold(), view.id))
