"""Request and response bodies for teams. Amounts are in US dollars."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from keydesk.kit.dates import MomentText
from keydesk.kit.entity_refs import full_group_ref, full_user_ref
from keydesk.kit.field_types import Duration, Identifier, Name, PositiveUsd, RateLimit, RequestBody

ModelEntries = Annotated[list[Identifier], Field(min_length=1, max_length=200)]
ObjectNames = Annotated[list[Identifier], Field(max_length=200)]
GroupRef = Annotated[str, Field(max_length=255), AfterValidator(full_group_ref)]
UserRef = Annotated[str, Field(max_length=255), AfterValidator(full_user_ref)]


class TeamRequest(RequestBody):
    """A team to create. `max_budget` is required; null means no limit, which the policy may refuse.

    `owning_group` is one of the caller's team-admin groups. The default is the first one in the configuration.
    """

    team_alias: Name
    models: ModelEntries
    max_budget: PositiveUsd | None
    budget_duration: Duration | None = None
    tpm_limit: RateLimit | None = None
    rpm_limit: RateLimit | None = None
    owning_group: GroupRef | None = None


class TeamUpdate(RequestBody):
    """Fields to update. An omitted field keeps its value; null clears a limit.

    `expectedUpdatedAtIso` is the `updated_at` that the caller last read. The update is refused if the team has
    changed since.
    """

    team_alias: Name = ""
    models: ModelEntries = Field(default_factory=list)
    max_budget: PositiveUsd | None = None
    budget_duration: Duration | None = None
    tpm_limit: RateLimit | None = None
    rpm_limit: RateLimit | None = None
    blocked: bool = False
    expected_updated_at: MomentText | None = Field(default=None, alias="expectedUpdatedAtIso")

    @property
    def expected_at(self) -> datetime | None:
        return datetime.fromisoformat(self.expected_updated_at) if self.expected_updated_at else None

    @property
    def fields(self) -> set[str]:
        """Return the names of the team settings to update."""
        return self.model_fields_set - {"expected_updated_at"}

    @model_validator(mode="after")
    def _check_not_empty(self) -> Self:
        if not self.fields:
            names = [name for name in type(self).model_fields if name != "expected_updated_at"]
            raise ValueError(f"expected at least one of {', '.join(names)}")
        return self


class MemberRequest(RequestBody):
    """A member to add. The only role is user, because team admins require a LiteLLM license."""

    user_ref: UserRef = Field(alias="userEntityRef")
    role: Literal["user"] = "user"
    max_budget_in_team: PositiveUsd | None = Field(default=None, alias="maxBudgetInTeam")


class KnowledgeBasesRequest(RequestBody):
    """The ids or names of all vector stores of the team. Replaces the current list."""

    vector_stores: ObjectNames


class McpServersRequest(RequestBody):
    """The ids or names of all MCP servers of the team. Replaces the current list."""

    mcp_servers: ObjectNames


class MemberView(BaseModel):
    model_config = ConfigDict(frozen=True)

    user_id: str | None
    user_email: str | None
    role: str


class ObjectPermissionView(BaseModel):
    model_config = ConfigDict(frozen=True)

    vector_stores: list[str]
    mcp_servers: list[str]


class TeamView(BaseModel):
    """A team. If the budget is hidden, `budget_pct` and `budget_status` replace the budget and the spend.

    `updated_at` is when the settings of the team last changed. Changes of spend and members do not count.
    """

    model_config = ConfigDict(frozen=True)

    team_id: str
    team_alias: str | None
    max_budget: float | None
    spend: float
    budget_duration: str | None
    budget_reset_at: datetime | None
    models: list[str]
    tpm_limit: int | None
    rpm_limit: int | None
    members_with_roles: list[MemberView]
    metadata: dict[str, Any]
    object_permission: ObjectPermissionView
    blocked: bool
    updated_at: datetime
    budget_hidden: bool = False
    budget_pct: float | None = None
    budget_status: Literal["ok", "near", "over"] | None = None


class MemberRemovedView(TeamView):
    """The team without the member. `deleted_keys` are the ids of the member's keys that LiteLLM deleted."""

    deleted_keys: list[str]


class TeamDeletedView(BaseModel):
    """The result of deleting a team. `deleted_keys` are the ids of the team's keys that LiteLLM deleted."""

    model_config = ConfigDict(frozen=True)

    success: Literal[True] = True
    deleted_keys: list[str]


class AssignableView(BaseModel):
    """A vector store or MCP server that a team can use."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    url: str | None = None
