"""Usage in API responses. Spend is in US dollars, days are in UTC."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

GroupBy = Literal["day", "model", "key", "team", "provider"]


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, protected_namespaces=())


class Counts(_View):
    total_tokens: int
    prompt_tokens: int
    completion_tokens: int
    api_requests: int
    successful_requests: int
    failed_requests: int


class DayView(Counts):
    date: dt.date
    spend: float


class ModelDayView(DayView):
    model: str


class TotalView(Counts):
    total_spend: float


class KeyTotalView(TotalView):
    key_alias: str | None
    team_id: str | None
    models: list[str]


class _CompletenessView(TotalView):
    complete: bool
    as_of: dt.datetime


class UsageView(_CompletenessView):
    """Usage in a period. Only days with usage are listed.

    `complete` is false if days are missing or their figures may be incomplete. `as_of` is the time when the figures
    were read from LiteLLM. `usage_by_key` has the key ids of GET /keys and includes deleted keys.
    """

    daily_usage: list[DayView]
    daily_by_model: list[ModelDayView]
    usage_by_model: dict[str, TotalView]
    usage_by_key: dict[str, KeyTotalView]


class GroupView(Counts):
    """One group: a day, a model, a key id, a team id or a provider."""

    group: Annotated[str | None, Field(description="Null for keys without a team.")]
    label: Annotated[str | None, Field(description="The alias of the key, for groups by key.")]
    spend: float


class GroupedUsageView(_CompletenessView):
    """Usage in a period, by day, model, key, team or provider."""

    group_by: Annotated[GroupBy, Field(description="The member by which usage is grouped.")]
    groups: Annotated[list[GroupView], Field(description="Groups with usage, ordered by name.")]
