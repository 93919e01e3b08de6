"""Users in responses and request bodies."""

from typing import Literal

from pydantic import AliasChoices, Field

from keydesk.litellm.shapes.base import Answered, Metadata, Moment, Sent, Usd

UserRole = Literal["proxy_admin", "proxy_admin_viewer", "internal_user", "internal_user_viewer"]


class User(Answered):
    """One user. `teams` has team ids; spend and budget are in US dollars."""

    user_id: str
    user_email: str | None = None
    user_alias: str | None = None
    user_role: str | None = None
    spend: float = 0.0
    max_budget: float | None = None
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    models: tuple[str, ...] = ()
    budget_duration: str | None = None
    budget_reset_at: Moment = None
    metadata: Metadata = Field(default_factory=dict)
    teams: tuple[str, ...] = ()
    created_at: Moment = None
    updated_at: Moment = None


class UserPage(Answered):
    """One page of users."""

    users: tuple[User, ...] = ()
    pages: int = Field(default=0, validation_alias=AliasChoices("total_pages", "pages"))


class NewUser(Sent):
    """A user to create. The role has a default because LiteLLM stores none if it is absent."""

    user_id: str = Field(min_length=1)
    user_email: str | None = None
    user_alias: str | None = None
    user_role: UserRole = "internal_user"
    max_budget: Usd | None = None
    budget_duration: str | None = None
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    models: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    metadata: Metadata = Field(default_factory=dict)


class UserChanges(Sent):
    """Changes to a user. Omitted members stay unchanged; None clears a limit.

    Only limits can be cleared: for null or empty values of other members, LiteLLM 1.109 responds 200 and changes
    nothing. Empty `models` or `metadata` therefore have no effect (read the user to check); `["all-proxy-models"]`
    allows all models again. `metadata` replaces the previous one.
    """

    user_email: str = Field(default="", min_length=1)
    user_alias: str = Field(default="", min_length=1)
    user_role: UserRole = "internal_user"
    max_budget: Usd | None = None
    budget_duration: str | None = None
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    models: tuple[str, ...] = ()
    metadata: Metadata = Field(default_factory=dict)
