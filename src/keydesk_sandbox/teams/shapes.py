"""LiteLLM's formats of a team and a membership on its different routes."""

from typing import Any, Final

from keydesk_sandbox import clock
from keydesk_sandbox.rows import Row

Json = dict[str, Any]

_STORED: Final = (
    "team_alias", "team_id", "organization_id", "members_with_roles", "metadata", "tpm_limit", "rpm_limit",
    "tpd_limit", "max_budget", "soft_budget", "budget_duration", "models", "blocked", "spend",
    "max_parallel_requests", "object_permission_id",
)  # fmt: skip

_SETTLED: Final[Json] = {
    "admins": [], "members": [], "team_member_permissions": [], "budget_limits": None, "router_settings": {},
    "access_group_ids": [], "default_team_member_models": [], "model_id": None, "model_spend": {},
    "model_max_budget": {}, "policies": [], "allow_team_guardrail_config": False,
    "litellm_model_table": None, "object_permission": None,
}  # fmt: skip

_RESOLVED: Final = (
    "access_group_models", "access_group_mcp_server_ids", "access_group_agent_ids",
    "access_group_skill_names",
)  # fmt: skip

_GRANTS: Final[Json] = {
    "mcp_servers": [], "mcp_access_groups": [], "mcp_tool_permissions": None, "vector_stores": [],
    "agents": [], "agent_access_groups": [], "models": [], "blocked_tools": [], "mcp_toolsets": [],
    "search_tools": [], "mcp_tool_search_enabled": None, "skills": [],
}  # fmt: skip


def team_object(team: Row) -> Json:
    """Return a team as `/team/new`, `/team/list` and `/team/member_add` print it."""
    return {
        **{name: team[name] for name in _STORED},
        **_SETTLED,
        "budget_reset_at": clock.zulu(team["budget_reset_at"]),
        "updated_at": clock.zulu(team["updated_at"]),
        "created_at": clock.zulu(team["created_at"]),
    }


def team_row(team: Row, grants: Row | None = None) -> Json:
    """Return a team as `/team/update` and `/team/block` print it: the stored row with its relations."""
    related = ("teams", "projects", "verification_tokens", "organizations", "users", "end_users")
    permission = None
    if grants is not None:
        permission = {**granted(grants), **dict.fromkeys((*related, "agents_table"))}
    return {
        **team_object(team),
        "litellm_organization_table": None,
        "object_permission": permission,
        "projects": None,
    }


def team_info(team: Row, grants: Row | None) -> Json:
    """Return `team_info` of `/team/info`."""
    return {
        **team_object(team),
        "object_permission": None if grants is None else granted(grants),
        "team_member_budget_table": None,
        **dict.fromkeys(_RESOLVED),
        "unresolved_access_group_ids": None,
        "access_group_details": None,
        "organization_models": None,
        "model_max_budget_usage": {},
        "caller_edit_access": {"kind": "unrestricted"},
    }


def listed_team(team: Row, keys: int, membership: Row | None) -> Json:
    """Return a team of `/v2/team/list`; `caller_membership` is that of the requested person."""
    own = membership or {"spend": 0.0, "max_budget": None, "budget_reset_at": None}
    return {
        **team_object(team),
        "members_count": len(team["members_with_roles"]),
        "keys_count": keys,
        "caller_membership": {
            "spend": own["spend"],
            "max_budget": own["max_budget"],
            "budget_reset_at": clock.zulu(own["budget_reset_at"]),
        },
        **dict.fromkeys(_RESOLVED),
    }


def membership_object(member: Row) -> Json:
    """Return a membership with its own budget, if it has one."""
    names = ("user_id", "team_id", "budget_id", "spend", "total_spend")
    return {**{name: member[name] for name in names}, "litellm_budget_table": _budget(member)}


def granted(grants: Row) -> Json:
    """Return an object permission with all fields, as LiteLLM prints it."""
    return {"object_permission_id": grants["object_permission_id"], **_GRANTS, **grants["grants"]}


def _budget(member: Row) -> Json | None:
    if member["budget_id"] is None:
        return None
    names = ("max_budget", "tpm_limit", "rpm_limit", "model_max_budget", "budget_duration", "allowed_models")
    nothing = (
        "soft_budget", "max_parallel_requests", "tpd_limit", "temp_budget_increase", "temp_budget_expiry",
    )  # fmt: skip
    return {
        "budget_id": member["budget_id"],
        **{name: member[name] for name in names},
        **dict.fromkeys(nothing),
        "budget_reset_at": clock.zulu(member["budget_reset_at"]),
        "created_at": clock.zulu(member["budget_created_at"]),
    }
