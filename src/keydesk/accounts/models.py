"""An account, and what the key desk set in it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from keydesk.litellm import User

AppliedSettings = dict[str, Any]
"""The members of LiteLLM's user that provisioning set, as JSON: what a later comparison starts from."""


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
    def of(cls, user: User) -> "AccountView":
        return cls(
            user_id=user.user_id,
            user_email=user.user_email,
            teams=list(user.teams),
            models=list(user.models),
            max_budget=user.max_budget,
            spend=user.spend,
            budget_duration=user.budget_duration,
            budget_reset_at=user.budget_reset_at,
        )
