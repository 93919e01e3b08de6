"""A team as its members see it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


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
    """Money is in US dollars. A hidden budget shows `budget_pct` and `budget_status` instead, and no spend."""

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
    budget_hidden: bool = False
    budget_pct: float | None = None
    budget_status: Literal["ok", "near", "over"] | None = None
