"""Teams, their members and their permissions, in responses and request bodies."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from keydesk.litellm.shapes.base import Answered, Metadata, Moment, Sent, Usd

TeamRole = Literal["user", "admin"]


class TeamMember(Answered):
    """One member. LiteLLM identifies a member by user id, by email, or by both."""

    user_id: str | None = None
    user_email: str | None = None
    role: str = "user"


class ObjectPermission(Answered):
    """The ids of the vector stores and MCP servers that a team can use."""

    vector_stores: tuple[str, ...] = ()
    mcp_servers: tuple[str, ...] = ()


class Team(Answered):
    """One team in `/v2/team/list`, `/team/list` or `/team/info`. Spend and budget are in US dollars.

    `object_permission` is None if LiteLLM did not send it: only `/team/info` and `/team/update` do. Lists and the
    responses to create and member calls contain its id only. Without an id the permission is empty.
    """

    team_id: str
    team_alias: str | None = None
    max_budget: float | None = None
    spend: float = 0.0
    budget_duration: str | None = None
    budget_reset_at: Moment = None
    models: tuple[str, ...] = ()
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    members_with_roles: tuple[TeamMember, ...] = ()
    metadata: Metadata = Field(default_factory=dict)
    object_permission: ObjectPermission | None = None
    object_permission_id: str | None = None
    blocked: bool = False
    created_at: Moment = None
    updated_at: Moment = None

    @classmethod
    def arranged(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        if data.get("object_permission") or data.get("object_permission_id"):
            return data
        return {**data, "object_permission": {}}


class TeamMembership(Answered):
    """What one member has spent in a team, and the member's own limits there, which LiteLLM nests in a budget.

    `spend` is that of the current period, but LiteLLM does not reset all of them.
    """

    user_id: str = ""
    spend: float = 0.0
    max_budget: float | None = None
    budget_duration: str | None = None
    budget_reset_at: Moment = None
    tpm_limit: int | None = None
    rpm_limit: int | None = None

    @classmethod
    def arranged(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        budget = data.get("litellm_budget_table")
        return {**budget, **data} if isinstance(budget, Mapping) else data


class NewTeamMember(Sent):
    """An initial member of a team. The role `admin` requires LiteLLM Enterprise."""

    user_id: str = Field(min_length=1)
    role: TeamRole = "user"


class ObjectPermissionChanges(Sent):
    """Changes to a team's permissions. An omitted list stays unchanged; a given list replaces the previous one."""

    vector_stores: tuple[str, ...] = ()
    mcp_servers: tuple[str, ...] = ()


class NewTeam(Sent):
    """A team to create. Without `team_id`, LiteLLM generates one."""

    team_alias: str = Field(min_length=1)
    team_id: str | None = None
    models: tuple[str, ...] = ()
    max_budget: Usd | None = None
    budget_duration: str | None = None
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    members_with_roles: tuple[NewTeamMember, ...] = ()
    metadata: Metadata = Field(default_factory=dict)
    object_permission: ObjectPermissionChanges | None = None


class TeamChanges(Sent):
    """Changes to a team. Omitted members stay unchanged, None clears a limit, `metadata` replaces the previous one.

    Empty `models` means all models. Only limits can be None, because LiteLLM responds 500 to null for other
    members.
    """

    team_alias: str = Field(default="", min_length=1)
    models: tuple[str, ...] = ()
    max_budget: Usd | None = None
    budget_duration: str | None = None
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    metadata: Metadata = Field(default_factory=dict)
    blocked: bool = False
    object_permission: ObjectPermissionChanges = ObjectPermissionChanges()
