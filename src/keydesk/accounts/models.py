"""An account, and what the key desk set in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

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


class AccountView(BaseModel):
    """A person's account as the web client reads it. Money is in US dollars, times are ISO 8601 in UTC."""

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

    @classmethod
    def of(cls, user: User, *, can_view_audit: bool = False) -> "AccountView":
        return cls(
            can_view_audit=can_view_audit,
            user_id=user.user_id,
            user_email=user.user_email,
            teams=list(user.teams),
            models=list(user.models),
            max_budget=user.max_budget,
            spend=user.spend,
            budget_duration=user.budget_duration,
            budget_reset_at=user.budget_reset_at,
        )
