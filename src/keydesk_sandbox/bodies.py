"""The request bodies that LiteLLM accepts, as far as the sandbox uses them. Unknown members are ignored."""

from typing import Annotated, Any, Literal, Protocol, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from keydesk_sandbox.roles import KeyType, UserRole

Limit = Annotated[int, Field(ge=0)]


class Body(BaseModel):
    """A body whose `model_fields_set` has the members that the caller sent, including null."""

    model_config = ConfigDict(extra="ignore")

    def sent(self, *names: str) -> dict[str, Any]:
        """Return the sent members among these, with their values."""
        return {name: getattr(self, name) for name in names if name in self.model_fields_set}


class _Person(Protocol):
    @property
    def user_id(self) -> str | None: ...
    @property
    def user_email(self) -> str | None: ...


Named = TypeVar("Named", bound=_Person)


class NewUserTeam(Body):
    """A team that a new user joins, with their own budget in it."""

    team_id: str
    max_budget_in_team: float | None = None
    user_role: Literal["user", "admin"] = "user"


class WindowBody(Body):
    """One of several budgets that a key has at the same time."""

    budget_duration: str
    max_budget: float


class Limits(Body):
    """The limits of users, keys and teams, in the order in which LiteLLM reports errors. Budgets are USD."""

    key_alias: str | None = None
    duration: str | None = None
    models: list[Any] | None = Field(default_factory=list)
    spend: float | None = None
    max_budget: float | None = None
    user_id: str | None = None
    team_id: str | None = None
    max_parallel_requests: int | None = None
    metadata: dict[str, Any] | None = None
    tpm_limit: Limit | None = None
    rpm_limit: Limit | None = None
    budget_duration: str | None = None
    allowed_cache_controls: list[Any] | None = Field(default_factory=list)
    config: dict[str, Any] | None = Field(default_factory=dict)
    permissions: dict[str, Any] | None = Field(default_factory=dict)
    model_max_budget: dict[str, Any] | None = Field(default_factory=dict)
    guardrails: list[str] | None = None
    policies: list[str] | None = None
    prompts: list[str] | None = None
    blocked: bool | None = None
    aliases: dict[str, Any] | None = Field(default_factory=dict)
    object_permission: dict[str, Any] | None = None
    budget_limits: list[WindowBody] | None = None


class UserBody(Limits):
    """`POST /user/new`."""

    user_email: str | None = None
    user_alias: str | None = None
    user_role: UserRole | None = None
    teams: list[str] | list[NewUserTeam] | None = None
    auto_create_key: bool = True
    sso_user_id: str | None = None


def _named(somebody: Named) -> Named:
    """Return the body if it names a person, by id or by email."""
    if somebody.user_id is None and somebody.user_email is None:
        raise ValueError("Either user id or user email must be provided")
    return somebody


class UserUpdateBody(UserBody):
    """`POST /user/update`."""

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        return _named(self)


class KeyBody(Limits):
    """`POST /key/generate`."""

    key: str | None = None
    tpd_limit: int | None = None
    tags: list[str] | None = None
    disable_global_guardrails: bool | None = None
    allowed_routes: list[Any] | None = Field(default_factory=list)
    allowed_passthrough_routes: list[Any] | None = None
    soft_budget: float | None = None
    key_type: KeyType | None = KeyType.DEFAULT


class KeyUpdateBody(KeyBody):
    """`POST /key/update`, with `key` or `key_alias`. A key type cannot be changed."""

    key_type: KeyType | None = None

    @model_validator(mode="after")
    def _names_a_key(self) -> Self:
        if self.key is None and self.key_alias is None:
            raise ValueError("either key or key_alias must be provided")
        return self


class KeyName(Body):
    """`POST /key/block` and `/key/unblock`: the secret or its hash."""

    key: str


class KeyNames(Body):
    """`POST /key/delete`."""

    keys: list[str] | None = None
    key_aliases: list[str] | None = None

    @model_validator(mode="after")
    def _names_any(self) -> Self:
        if not self.keys and not self.key_aliases:
            raise ValueError("At least one of 'keys' or 'key_aliases' must be provided.")
        return self


class ResetSpend(Body):
    """`POST /key/{key}/reset_spend`."""

    reset_to: float


class RegenerateBody(Body):
    """`POST /key/regenerate`, refused without a license."""

    key: str | None = None


class UserNames(Body):
    """`POST /user/delete`."""

    user_ids: list[str]


class Member(Body):
    """A person in a team, by id or by email."""

    role: Literal["admin", "user"]
    user_id: str | None = None
    user_email: str | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        return _named(self)


class TeamBody(Limits):
    """`POST /team/new`."""

    models: list[str] = Field(default_factory=list)
    team_alias: str | None = None
    organization_id: str | None = None
    soft_budget: float | None = None
    tpd_limit: int | None = None
    members_with_roles: list[Member] = Field(default_factory=list)
    tags: list[Any] | None = None


class TeamUpdateBody(TeamBody):
    """`POST /team/update`."""

    team_id: str
    models: list[Any] | None = None  # type: ignore[assignment] # LiteLLM is laxer here than where it creates


class TeamName(Body):
    """`POST /team/block` and `/team/unblock`."""

    team_id: str


class TeamNames(Body):
    """`POST /team/delete`."""

    team_ids: list[str]


class MemberAdd(Body):
    """`POST /team/member_add`. `member` is one or several, validated separately, as LiteLLM does."""

    member: dict[str, Any] | list[dict[str, Any]]
    team_id: str
    max_budget_in_team: float | None = None
    budget_duration: str | None = None
    allowed_models: list[str] | None = None


class MemberDelete(Body):
    """`POST /team/member_delete`."""

    team_id: str
    user_id: str | None = None
    user_email: str | None = None

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        return _named(self)


class MemberUpdate(MemberDelete):
    """`POST /team/member_update`."""

    max_budget_in_team: float | None = None
    role: Literal["admin", "user"] | None = None
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    budget_duration: str | None = None
    allowed_models: list[str] | None = None


class VectorStoreBody(Body):
    """`POST /vector_store/new`."""

    vector_store_id: str | None = None
    custom_llm_provider: str | None = None
    vector_store_name: str | None = None
    vector_store_description: str | None = None
    vector_store_metadata: dict[str, Any] | None = None


class VectorStoreName(Body):
    """`POST /vector_store/info` and `/vector_store/delete`."""

    vector_store_id: str


class McpServerBody(Body):
    """`POST /v1/mcp/server`."""

    server_id: str | None = None
    server_name: str | None = None
    alias: str | None = None
    description: str | None = None
    url: str | None = None
    transport: str = "sse"
    mcp_access_groups: list[str] = Field(default_factory=list)


class ModelBody(Body):
    """`POST /model/new`."""

    model_name: str
    litellm_params: dict[str, Any]
    model_info: dict[str, Any] = Field(default_factory=dict)


class ModelId(Body):
    """`POST /model/delete`."""

    id: str
