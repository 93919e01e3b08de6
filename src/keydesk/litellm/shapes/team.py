"""Teams, their members and what they may reach, as LiteLLM answers them and as they are changed."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from keydesk.litellm.shapes.base import Answered, Metadata, Moment, Sent, Usd

TeamRole = Literal["user", "admin"]


class TeamMember(Answered):
    """One member. LiteLLM may know a member by user id, by email, or by both."""

    user_id: str | None = None
    user_email: str | None = None
    role: str = "user"


class ObjectPermission(Answered):
    """Which vector stores and MCP servers a team may use, by their ids."""

    vector_stores: tuple[str, ...] = ()
    mcp_servers: tuple[str, ...] = ()


class Team(Answered):
    """One team, from `/v2/team/list`, `/team/list` or `/team/info`. Spend and budget are in US dollars.

    `object_permission` is None when LiteLLM did not tell it: only `/team/info` and `/team/update` do, lists
    and the answers to creating and to member changes name its id alone. No id at all means an empty one.
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


class NewTeamMember(Sent):
    """A member a team starts with. The role admin needs LiteLLM Enterprise."""

    user_id: str = Field(min_length=1)
    role: TeamRole = "user"


class ObjectPermissionChanges(Sent):
    """What a team may reach from now on: a list left out stays, a list given replaces the old one."""

    vector_stores: tuple[str, ...] = ()
    mcp_servers: tuple[str, ...] = ()


class NewTeam(Sent):
    """A team to create. Without `team_id` LiteLLM picks one."""

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
    """What to change of a team: what is left out stays, None clears a limit, `metadata` replaces the old.

    Empty `models` is every model. LiteLLM answers null for anything but a limit with 500, so it cannot be
    said.
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
