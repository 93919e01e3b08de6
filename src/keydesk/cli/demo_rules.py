"""The demo's rules: Jane manages teams and audits, so that every page of the portal can be looked at."""

from typing import Any

_ADMINS = "group:default/litellm-admins"
_TEAM_ADMINS = "group:default/litellm-team-admins"
_TEAM_CHANGES = ("create", "manage", "delete", "members.manage", "knowledgebase.manage", "mcp.manage")


def demo_rules() -> dict[str, Any]:
    """What the configuration's `litellm` has of rules."""
    return {
        "key_generation": {"team_required": False},
        "audit": {"group": _ADMINS},
        "team_admin": {
            "group": [_TEAM_ADMINS],
            "allowed_models": ["gpt-4o-mini", "gpt-4o", "claude-sonnet"],
            "allowed_model_access_groups": ["basic"],
            "allowed_vector_stores": ["handbook"],
            "allowed_mcp_servers": ["search"],
            "allow_team_delete": True,
            "object_permissions": {"enabled": True},
        },
        "provisioning": {"roles": [{"group": "ai-power-users", "max_budget": 50.0}]},
    }


def demo_grants() -> dict[str, list[str]]:
    """The configuration's `grants`."""
    return {f"litellm.team.{change}": [_TEAM_ADMINS] for change in _TEAM_CHANGES}
