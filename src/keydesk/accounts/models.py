"""An account, and what the key desk set in it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from keydesk.directory.entry import Entry
from keydesk.litellm import User

AppliedSettings = dict[str, Any]
"""The members of LiteLLM's user that the key desk set, as JSON: what a later comparison starts from."""


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """What the key desk remembers of an account. `applied` is empty for one that was there before.

    `left_at` is when the person was found gone from the directory, `suspended_at` when all keys were blocked.
    """

    user_id: str
    ref: str
    applied: AppliedSettings
    left_at: datetime | None
    suspended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One setting of an account that is not as the configuration wants it.

    `by_hand` tells that somebody else changed it since the key desk set it; such a setting is left alone.
    """

    user_id: str
    setting: str
    current: Any
    wanted: Any
    by_hand: bool


@dataclass(frozen=True, slots=True)
class Inspection:
    """Somebody's account as it is. `user_id` is None for who can have none, and `obstacle` says why."""

    user_id: str | None
    exists: bool = False
    suspended: bool = False
    differences: tuple[Difference, ...] = ()
    obstacle: str | None = None


@dataclass(slots=True)
class KnownAccount:
    """An account as LiteLLM told it, and what the key desk remembers of it.

    `settled_for` is what the directory said when the account was last found to be in line with it. `shown`
    keeps what was made of it for an answer. `changed` tells that whoever looked made or changed something of it, so
    that everybody forgot it.
    """

    user: User
    record: AccountRecord | None
    settled_for: Entry | None = None
    shown: dict[bool, Any] = field(default_factory=dict)
    changed: bool = False


class AccountView(BaseModel):
    """A person's account as the web client reads it. Money is in US dollars, times are ISO 8601 in UTC.

    `as_of` is told only where LiteLLM cannot be reached: when the account was read.
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
