"""Teams as they are shown and as changes to them are asked for. Money is in US dollars."""

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
    """A team somebody wants. `max_budget` must be said: null is no limit, and allowed only where policy allows it.

    `owning_group` chooses among the caller's team-admin groups; left out, it is the first one configured.
    """

    team_alias: Name
    models: ModelEntries
    max_budget: PositiveUsd | None
    budget_duration: Duration | None = None
    tpm_limit: RateLimit | None = None
    rpm_limit: RateLimit | None = None
    owning_group: GroupRef | None = None


class TeamUpdate(RequestBody):
    """What to change. A field left out stays as it is, null clears a limit.

    `expectedUpdatedAtIso` is the `updated_at` the caller saw last: the change is refused if the team moved on.
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
    def said(self) -> set[str]:
        """The settings the body names."""
        return self.model_fields_set - {"expected_updated_at"}

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.said:
            names = [name for name in type(self).model_fields if name != "expected_updated_at"]
            raise ValueError(f"expected at least one of {', '.join(names)}")
        return self


class MemberRequest(RequestBody):
    """Somebody to add, by entity reference. LiteLLM has team admins only with a licence, so the role is user."""

    user_ref: UserRef = Field(alias="userEntityRef")
    role: Literal["user"] = "user"
    max_budget_in_team: PositiveUsd | None = Field(default=None, alias="maxBudgetInTeam")


class KnowledgeBasesRequest(RequestBody):
    """All vector stores of the team from now on, by id or name."""

    vector_stores: ObjectNames


class McpServersRequest(RequestBody):
    """All MCP servers of the team from now on, by id or name."""

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
    """A hidden budget shows `budget_pct` and `budget_status` instead, and no spend.

    `updated_at` is when settings of the team last changed: neither its spend nor its members move it.
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
    """The team without the member. `deleted_keys` are the ids of the keys LiteLLM deleted with the membership."""

    deleted_keys: list[str]


class TeamDeletedView(BaseModel):
    """`deleted_keys` are the ids of the keys LiteLLM deleted with the team."""

    model_config = ConfigDict(frozen=True)

    success: Literal[True] = True
    deleted_keys: list[str]


class AssignableView(BaseModel):
    """A vector store or MCP server that a team may be given."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    url: str | None = None
