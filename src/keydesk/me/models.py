"""The response of GET /me. Amounts are in US dollars, times are in UTC."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from keydesk.litellm import Key
from keydesk.usage.models import TotalView

State = Literal["active", "over_budget", "team_blocked"]


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key of the gateway as it was when it was last read. `models` are the names of the models that it can use."""

    key: Key
    models: tuple[str, ...]
    team_blocked: bool


class KeyUsageView(BaseModel):
    """The usage of the key by model. `complete` and `as_of` have the same meaning as in GET /usage."""

    model_config = ConfigDict(frozen=True)

    days: Annotated[int, Field(description="The number of days up to today, in UTC.")]
    usage_by_model: dict[str, TotalView]
    complete: bool
    as_of: dt.datetime


class OwnKeyView(BaseModel):
    """A key, as its own secret shows it. It names neither the key, nor its owner, nor its team."""

    model_config = ConfigDict(frozen=True)

    state: Annotated[
        State,
        Field(description="LiteLLM serves only `active` keys. `over_budget` ends when the budget resets."),
    ]
    spend: float
    max_budget: float | None
    budget_left: Annotated[
        float | None, Field(description="The part of `max_budget` that is not spent, or null for no limit.")
    ]
    budget_duration: str | None
    budget_reset_at: dt.datetime | None
    expires_at: dt.datetime | None
    models: Annotated[list[str], Field(description="The names of the models that the key can use.")]
    usage: Annotated[
        KeyUsageView | None, Field(description="Null for a key that has neither an owner nor a team.")
    ]
