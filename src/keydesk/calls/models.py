"""The response of GET /calls. Amounts are in US dollars, times are in UTC."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

CallStatus = Literal["success", "failure"]


class Refusal(StrEnum):
    """What stopped a failed call."""

    KEY_BUDGET = "key_budget"
    PERSON_BUDGET = "person_budget"
    TEAM_BUDGET = "team_budget"
    MEMBER_BUDGET = "member_budget"
    PROVIDER_BUDGET = "provider_budget"
    GATEWAY_BUDGET = "gateway_budget"
    OTHER_BUDGET = "other_budget"
    KEY_RATE_LIMIT = "key_rate_limit"
    PERSON_RATE_LIMIT = "person_rate_limit"
    TEAM_RATE_LIMIT = "team_rate_limit"
    MEMBER_RATE_LIMIT = "member_rate_limit"
    MODEL_RATE_LIMIT = "model_rate_limit"
    RATE_LIMIT = "rate_limit"
    PARALLEL_REQUESTS = "parallel_requests"
    MODEL_NOT_ALLOWED = "model_not_allowed"
    UNKNOWN_MODEL = "unknown_model"
    ROUTE_NOT_ALLOWED = "route_not_allowed"
    KEY_EXPIRED = "key_expired"
    KEY_BLOCKED = "key_blocked"
    TEAM_BLOCKED = "team_blocked"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CallFilters:
    """The days from `start` to `end`, both included, and what each call must match. `key` is Keydesk's id."""

    start: dt.date
    end: dt.date
    key: str | None = None
    model: str | None = None
    status: CallStatus | None = None


class CallView(BaseModel):
    """One call. It contains neither the prompt nor the response.

    `key`, `key_alias` and `user_id` are null in the calls of a team unless the configuration allows names, and
    `user_id` is null in a person's own calls.
    """

    model_config = ConfigDict(frozen=True)

    started_at: dt.datetime
    key: Annotated[str | None, Field(description="The `token` of the key in GET /keys.")]
    key_alias: Annotated[str | None, Field(description="The name of the key when the call was made.")]
    user_id: str | None
    model: str | None
    input_tokens: int
    output_tokens: int
    cost: Annotated[float | None, Field(description="Null if the budget of the team is hidden.")]
    latency_ms: int | None
    status: CallStatus
    cached: Annotated[bool, Field(description="Whether LiteLLM answered from its cache.")]
    error_class: Annotated[str | None, Field(description="LiteLLM's name for the kind of error.")]
    reason: Annotated[Refusal | None, Field(description="What stopped a failed call.")]
    explanation: Annotated[str | None, Field(description="The reason in words.")]


class CallsView(BaseModel):
    """One page of calls, newest first.

    `total` is exact unless `total_is_capped`: newer LiteLLM releases count at most 10,000 calls.
    """

    model_config = ConfigDict(frozen=True)

    calls: list[CallView]
    total: int
    total_is_capped: bool
    page: int
    page_size: int
    total_pages: int
