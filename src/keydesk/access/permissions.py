"""The permissions, by the names the Backstage plugin gave them, and who may be given which."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Literal, Protocol

import structlog

from keydesk.directory.entry import Directory
from keydesk.entity_refs import full_group_ref
from keydesk.identity.principal import VerifiedCaller
from keydesk.problems import DirectoryUnavailable

Action = Literal["create", "read", "update", "delete"]
_log = structlog.get_logger(__name__)


class Permission(StrEnum):
    KEY_CREATE = "litellm.key.create"
    KEY_REVOKE = "litellm.key.revoke"
    KEY_MANAGE = "litellm.key.manage"
    KEY_RESET_SPEND = "litellm.key.reset_spend"
    AUDIT_READ = "litellm.audit.read"
    TEAM_CREATE = "litellm.team.create"
    TEAM_MANAGE = "litellm.team.manage"
    TEAM_DELETE = "litellm.team.delete"
    TEAM_MEMBERS_MANAGE = "litellm.team.members.manage"
    TEAM_KNOWLEDGEBASE_MANAGE = "litellm.team.knowledgebase.manage"
    TEAM_MCP_MANAGE = "litellm.team.mcp.manage"

    @property
    def action(self) -> Action:
        """The attribute that Backstage's policies can go by; the last word of the name tells."""
        return _ACTIONS.get(self.value.rpartition(".")[2], "update")


_ACTIONS: dict[str, Action] = {"create": "create", "read": "read", "revoke": "delete", "delete": "delete"}

EVERYBODY_HAS = frozenset({Permission.KEY_CREATE, Permission.KEY_REVOKE, Permission.KEY_MANAGE})
"""What a signed-in person may do unless the configuration grants it to certain groups only."""


class Permissions(Protocol):
    async def allows(self, caller: VerifiedCaller, permission: Permission) -> bool:
        """Whether the caller has the permission; False whenever that cannot be found out."""


class GrantedByGroup:
    """Permissions from the configuration: `grants` maps a permission's name to the groups that have it.

    `everybody` has what is granted to no group. Groups are compared in full form, in lower case. Raises
    ValueError for a name that is no permission's.
    """

    def __init__(
        self,
        grants: Mapping[str, Sequence[str]],
        directory: Directory,
        everybody: frozenset[Permission] = EVERYBODY_HAS,
    ) -> None:
        self._grants = {
            Permission(name): frozenset(map(full_group_ref, groups)) for name, groups in grants.items()
        }
        self._directory = directory
        self._everybody = everybody

    async def allows(self, caller: VerifiedCaller, permission: Permission) -> bool:
        groups = self._grants.get(permission)
        if groups is None:
            return permission in self._everybody
        try:
            entry = await self._directory.find(caller.person)
        except DirectoryUnavailable:
            _log.warning("permission_denied_without_directory", permission=str(permission))
            return False
        return entry is not None and not groups.isdisjoint(entry.groups)
