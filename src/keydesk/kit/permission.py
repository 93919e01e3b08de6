"""The permissions of Keydesk, with the names of the Backstage plugin."""

from enum import StrEnum
from typing import Literal

Action = Literal["create", "read", "update", "delete"]


class Permission(StrEnum):
    KEY_CREATE = "litellm.key.create"
    KEY_REVOKE = "litellm.key.revoke"
    KEY_MANAGE = "litellm.key.manage"
    KEY_RESET_SPEND = "litellm.key.reset_spend"
    KEY_ADMIN = "litellm.key.admin"
    REQUEST_CREATE = "litellm.request.create"
    REQUEST_DECIDE = "litellm.request.decide"
    AUDIT_READ = "litellm.audit.read"
    TEAM_CREATE = "litellm.team.create"
    TEAM_MANAGE = "litellm.team.manage"
    TEAM_DELETE = "litellm.team.delete"
    TEAM_MEMBERS_MANAGE = "litellm.team.members.manage"
    TEAM_KNOWLEDGEBASE_MANAGE = "litellm.team.knowledgebase.manage"
    TEAM_MCP_MANAGE = "litellm.team.mcp.manage"

    @property
    def action(self) -> Action:
        """The action attribute for Backstage's policies, derived from the last part of the name."""
        return _ACTIONS.get(self.value.rpartition(".")[2], "update")


_ACTIONS: dict[str, Action] = {"create": "create", "read": "read", "revoke": "delete", "delete": "delete"}
