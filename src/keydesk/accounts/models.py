"""Accounts and the settings that Keydesk applied to them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from keydesk.directory.entry import Entry
from keydesk.litellm import User

AppliedSettings = dict[str, Any]
"""The settings of a LiteLLM user that Keydesk set, as JSON. Later comparisons start from them."""


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """Keydesk's record of an account. `applied` is empty for an account that Keydesk did not create.

    `left_at` is when the person was missing from the directory, `suspended_at` when all keys were blocked.
    """

    user_id: str
    ref: str
    applied: AppliedSettings
    left_at: datetime | None
    suspended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting of an account that differs from the configuration.

    `by_hand` is true if someone else changed it after Keydesk set it. Such a setting is not overwritten.
    """

    user_id: str
    setting: str
    current: Any
    wanted: Any
    by_hand: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """The state of an account. If the person cannot have one, `user_id` is None and `obstacle` is the reason."""

    user_id: str | None
    exists: bool = False
    suspended: bool = False
    differences: tuple[Difference, ...] = ()
    obstacle: str | None = None


@dataclass(slots=True)
class KnownAccount:
    """An account from LiteLLM with Keydesk's record of it.

    `settled_for` is the directory entry that the account was last found to match. `shown` caches encoded responses.
    `changed` is true if the lookup created or changed the account, which invalidates it in every cache.
    """

    user: User
    record: AccountRecord | None
    settled_for: Entry | None = None
    shown: dict[bool, Any] = field(default_factory=dict)
    changed: bool = False


class AccountView(BaseModel):
    """A person's account. Amounts are in US dollars, times are ISO 8601 in UTC.

    `as_of` is when the account was read. It is present only while LiteLLM cannot be reached.
    """

    model_config = ConfigDict(frozen=True)

    user_id: str
    user_email: str | None
    teams: list[str]
    models: list[str]
    max_budget: float | None
    spend: float
    budget_duration: str | None
    budget_reset_at: datetime | None
    can_view_audit: bool = False
    as_of: datetime | None = Field(default=None, exclude_if=lambda value: value is None)

    @classmethod
    def of(cls, user: User, *, can_view_audit: bool = False, as_of: datetime | None = None) -> "AccountView":
        return cls(
            can_view_audit=can_view_audit,
            as_of=as_of,
            user_id=user.user_id,
            user_email=user.user_email,
            teams=list(user.teams),
            models=list(user.models),
            max_budget=user.max_budget,
            spend=user.spend,
            budget_duration=user.budget_duration,
            budget_reset_at=user.budget_reset_at,
        )
