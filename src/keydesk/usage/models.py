"""Usage as the web client reads it. Spend is in US dollars, days are in UTC."""

import datetime as dt

from pydantic import BaseModel, ConfigDict


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


class UsageView(TotalView):
    """`complete` is False when the figures could not be shown to be whole; `as_of` is when they were read.

    `usage_by_key` goes by the key ids of GET /keys, and also holds keys deleted since. Only days with use are listed.
    """

    daily_usage: list[DayView]
    daily_by_model: list[ModelDayView]
    usage_by_model: dict[str, TotalView]
    usage_by_key: dict[str, KeyTotalView]
    complete: bool
    as_of: dt.datetime
