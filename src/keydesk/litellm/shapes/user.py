"""People as LiteLLM knows them, and what may be said when one is created or changed."""

from typing import Literal

from pydantic import Field

from keydesk.litellm.shapes.base import Answered, Metadata, Moment, Sent, Usd

UserRole = Literal["proxy_admin", "proxy_admin_viewer", "internal_user", "internal_user_viewer"]


class User(Answered):
    """One user. `teams` holds team ids; spend and budget are in US dollars."""

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


class NewUser(Sent):
    """A user to create. The role has a default, because LiteLLM stores none when none is sent."""

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
    """What to change of a user: a member left out stays, and None clears a limit.

    Only limits can be cleared: LiteLLM 1.109 answers null or empty for anything else with 200 and changes
    nothing. Empty `models` or `metadata` therefore stay what they were (read back to see), and
    `["all-proxy-models"]` allows every model again. `metadata` replaces the old one entirely.
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
