"""Sets the vector stores (knowledge bases) and MCP servers that a team can use, within the allowlists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import InvalidRequest, PolicyRefused
from keydesk.kit.quoting import quoted, some_of
from keydesk.litellm import (
    LiteLLM,
    McpServer,
    ObjectPermission,
    ObjectPermissionChanges,
    Team,
    TeamChanges,
    VectorStore,
)
from keydesk.settings import TeamAdmin
from keydesk.storage.leases import Leases
from keydesk.teams.models import AssignableView, KnowledgeBasesRequest, McpServersRequest, TeamView
from keydesk.teams.service import Teams
from keydesk.teams.team_admin import team_lease


@dataclass(frozen=True, slots=True)
class _Assignable:
    """An allowed vector store or MCP server. `names` are its names and aliases, without the id."""

    id: str
    names: frozenset[str]
    view: AssignableView


@dataclass(frozen=True, slots=True)
class TeamObjects:
    gateway: LiteLLM
    rules: TeamAdmin
    teams: Teams
    leases: Leases
    audit: Audit

    async def vector_stores(self) -> list[AssignableView]:
        """Return the vector stores that teams can use, sorted by name."""
        return _by_name(await self._vector_stores())

    async def mcp_servers(self) -> list[AssignableView]:
        """Return the MCP servers that teams can use, sorted by name."""
        return _by_name(await self._mcp_servers())

    async def set_knowledge_bases(
        self, person: Person, team_id: str, request: KnowledgeBasesRequest
    ) -> TeamView:
        """Replace the vector stores of the team. Raises PolicyRefused, InvalidRequest or NotFound."""
        async with self.leases.hold(team_lease(team_id)):
            team = await self._owned(person, team_id)
            ids = _ids_of(request.vector_stores, await self._vector_stores(), "vector_stores")
            return await self._set(person, team, ObjectPermissionChanges(vector_stores=ids))

    async def set_mcp_servers(self, person: Person, team_id: str, request: McpServersRequest) -> TeamView:
        """Replace the MCP servers of the team. Raises the same errors as `set_knowledge_bases`."""
        async with self.leases.hold(team_lease(team_id)):
            team = await self._owned(person, team_id)
            ids = _ids_of(request.mcp_servers, await self._mcp_servers(), "mcp_servers")
            return await self._set(person, team, ObjectPermissionChanges(mcp_servers=ids))

    async def _owned(self, person: Person, team_id: str) -> Team:
        team = await self.teams.owned(person, team_id)
        if not self.rules.object_permissions.enabled:
            raise PolicyRefused(
                message("Knowledge bases and MCP servers are turned off for teams."),
                hint=message("The platform team can turn them on with teamAdmin.objectPermissions.enabled."),
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

    async def _vector_stores(self) -> list[_Assignable]:
        if not self.rules.allowed_vector_stores:
            return []
        return _allowed_vector_stores(await self.gateway.vector_stores.list(), self.rules)

    async def _mcp_servers(self) -> list[_Assignable]:
        if not self.rules.allowed_mcp_servers and not self.rules.allowed_mcp_access_groups:
            return []
        return _allowed_mcp_servers(await self.gateway.mcp_servers.list(), self.rules)


def _by_name(assignable: list[_Assignable]) -> list[AssignableView]:
    return sorted((each.view for each in assignable), key=lambda view: (view.name.casefold(), view.id))


def _allowed_vector_stores(stores: Iterable[VectorStore], rules: TeamAdmin) -> list[_Assignable]:
    """Return the stores whose id or name is on the allowlist."""
    allowed = set(rules.allowed_vector_stores)
    named = [(store, _names(store.name)) for store in stores]
    return [
        _Assignable(
            store.vector_store_id,
            names,
            AssignableView(id=store.vector_store_id, name=store.name or store.vector_store_id),
        )
        for store, names in named
        if allowed & {store.vector_store_id, *names}
    ]


def _allowed_mcp_servers(servers: Iterable[McpServer], rules: TeamAdmin) -> list[_Assignable]:
    """Return the servers whose id, name, alias or access group is on an allowlist."""
    allowed = set(rules.allowed_mcp_servers)
    groups = set(rules.allowed_mcp_access_groups)
    named = [(server, _names(server.alias, server.server_name)) for server in servers]
    return [
        _Assignable(
            server.server_id, names, AssignableView(id=server.server_id, name=server.name, url=server.url)
        )
        for server, names in named
        if allowed & {server.server_id, *names} or groups.intersection(server.access_groups)
    ]


def _ids_of(requested: Sequence[str], allowed: Sequence[_Assignable], param: str) -> tuple[str, ...]:
    """Return the ids for the requested ids and names, without duplicates.

    Raises PolicyRefused for an entry that is not allowed, whether it exists or not, and InvalidRequest for an
    ambiguous name.
    """
    found: dict[str, None] = {}
    for name in requested:
        ids = [each.id for each in allowed if each.id == name] or [
            each.id for each in allowed if name in each.names
        ]
        if not ids:
            names = some_of([each.view.name for each in allowed])
            hint = message("Teams can use %(names)s.", names=names)
            text = message("%(name)s is not available to teams.", name=quoted(name))
            raise PolicyRefused(text, hint=hint, param=param)
        if len(ids) > 1:
            text = message("%(param)s: the name %(name)s is ambiguous", param=param, name=quoted(name))
            hint = message("Use one of these ids instead: %(ids)s.", ids=some_of(ids))
            raise InvalidRequest(text, hint=hint, param=param)
        found[ids[0]] = None
    return tuple(found)


def _names(*names: str | None) -> frozenset[str]:
    return frozenset(name for name in names if name)
