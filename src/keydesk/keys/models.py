"""Request and response bodies for virtual keys. Amounts are in US dollars, times are ISO 8601 in UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from keydesk.keys.powers import can_manage_gateway
from keydesk.kit.durations import check_duration, to_litellm_budget
from keydesk.kit.field_types import (
    BudgetPeriod,
    Duration,
    Identifier,
    Name,
    PositiveUsd,
    RateLimit,
    RequestBody,
)
from keydesk.kit.labels import as_metadata
from keydesk.litellm import CreatedKey, Key

_LONGEST_NAME = 100


def _without_null(text: str) -> str:
    if "\0" in text:
        # LiteLLM stores metadata in PostgreSQL, which rejects null characters.
        raise ValueError("expected text without null characters")
    return text


def _short_names(labels: dict[str, str]) -> dict[str, str]:
    if any(not name.isprintable() or len(name) > _LONGEST_NAME for name in labels):
        raise ValueError("expected names of up to 100 characters, without control characters")
    return labels


Labels = Annotated[
    dict[str, Annotated[str, Field(max_length=500), AfterValidator(_without_null)]],
    Field(max_length=20),
    AfterValidator(_short_names),
]
"""Up to 20 labels of up to 500 characters each. Names are free-form, because LiteLLM does not read them."""
ModelNames = Annotated[list[Identifier], Field(max_length=200)]


class BudgetLimit(RequestBody):
    """A further budget of a key, in US dollars, for a period in whole days."""

    max_budget: PositiveUsd
    budget_duration: BudgetPeriod


def _each_period_once(limits: list[BudgetLimit]) -> list[BudgetLimit]:
    if len({to_litellm_budget(each.budget_duration) for each in limits}) < len(limits):
        raise ValueError("expected a different budget_duration in each budget")
    return limits


BudgetLimits = Annotated[list[BudgetLimit], Field(max_length=3), AfterValidator(_each_period_once)]
"""Up to three budgets that apply at the same time as `max_budget`, such as one for a day and one for a week."""


class KeySettings(RequestBody):
    """The settings of a new key. `max_budget` is required; null means no limit, which the policy may refuse."""

    alias: Name
    models: ModelNames = Field(default_factory=list)
    duration: Duration | None = None
    max_budget: PositiveUsd | None
    budget_duration: Duration | None = None
    budget_limits: BudgetLimits = Field(default_factory=list)
    tpm_limit: RateLimit | None = None
    rpm_limit: RateLimit | None = None
    metadata: Labels = Field(default_factory=dict)


class KeyRequest(KeySettings):
    """A key to create. `max_budget` is required; null means no limit, which the policy may refuse."""

    team_id: Identifier | None = None
    key_type: Literal["llm_api"] | None = None

    def stored_metadata(self) -> dict[str, Any]:
        """Return the metadata for LiteLLM, nested under a member that LiteLLM does not read as settings."""
        return as_metadata(self.metadata)


class ConfiguredKeyRequest(KeyRequest):
    """A key defined in the configuration. Its metadata may contain LiteLLM settings."""

    metadata: dict[str, str] = Field(default_factory=dict)

    def stored_metadata(self) -> dict[str, Any]:
        """Return the metadata unchanged."""
        return dict(self.metadata)


NO_OVERLAP = "0s"


def _overlap(text: str) -> str:
    return text if text == NO_OVERLAP else check_duration(text)


class RotationRequest(RequestBody):
    """How long the previous secret works after the rotation, by default 24 hours. `0s` ends it immediately."""

    overlap: Annotated[str, AfterValidator(_overlap)] | None = None


class KeyUpdate(RequestBody):
    """Fields to update. An omitted field keeps its value; null clears it."""

    key_alias: Name = ""
    models: ModelNames = Field(default_factory=list)
    duration: Duration | None = None
    max_budget: PositiveUsd | None = None
    budget_duration: Duration | None = None
    budget_limits: BudgetLimits = Field(default_factory=list)
    tpm_limit: RateLimit | None = None
    rpm_limit: RateLimit | None = None

    @model_validator(mode="after")
    def _check_not_empty(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(f"expected at least one of {', '.join(type(self).model_fields)}")
        return self


class KeyExtension(RequestBody):
    """A new lifetime of a key, from now."""

    duration: Duration


LEAKED = "keydesk:leaked"
"""Stored as the blocker of keys that were reported as leaked. The owner can rotate such a key, but not unblock it."""


@dataclass(frozen=True, slots=True)
class BlockMark:
    """Who blocked a key through Keydesk, and its `settings_updated_at` afterwards (None if LiteLLM reports none)."""

    by: str
    as_of: datetime | None


class BudgetLimitView(BaseModel):
    """A further budget of a key. LiteLLM does not report how much of it is spent."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    max_budget: float
    budget_duration: str

    def __str__(self) -> str:
        """Return the budget for a CSV file, such as `5.0/1d`."""
        return f"{self.max_budget}/{self.budget_duration}"


class KeyView(BaseModel):
    """A key without its secret. `token` is the key's id in Keydesk.

    `can_manage_gateway` is true if the key can do more than call models and read, such as create other keys. Keydesk
    does not create such keys. `previous_secret_expires_at` is set after a rotation, until the previous secret is
    deleted.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    token: str
    key_alias: str | None
    created_at: datetime
    expires_at: datetime | None
    last_active_at: datetime | None
    spend: float
    max_budget: float | None
    budget_duration: str | None
    budget_reset_at: datetime | None
    tpm_limit: int | None
    rpm_limit: int | None
    models: list[str]
    user_id: str | None
    team_id: str | None
    blocked: bool
    can_manage_gateway: bool
    previous_secret_expires_at: datetime | None = None
    budget_limits: list[BudgetLimitView] = Field(default_factory=list, exclude_if=lambda value: not value)

    @classmethod
    def of(cls, key: Key, key_id: str, previous_ends_at: datetime | None = None) -> "KeyView":
        return cls(
            previous_secret_expires_at=previous_ends_at,
            key=key.masked or "sk-...",
            token=key_id,
            created_at=key.created_at or key.updated_at or _UNKNOWN_TIME,
            models=list(key.models),
            budget_limits=[BudgetLimitView.model_validate(each) for each in key.budget_limits],
            can_manage_gateway=can_manage_gateway(key.allowed_routes),
            **key.model_dump(include=_COPIED_FIELDS),
        )


_UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""Replaces a missing creation time, because the Backstage plugin requires one."""
_COPIED_FIELDS = {
    "key_alias",
    "expires_at",
    "last_active_at",
    "spend",
    "max_budget",
    "budget_duration",
    "budget_reset_at",
    "tpm_limit",
    "rpm_limit",
    "user_id",
    "team_id",
    "blocked",
}


class IssuedKeyView(BaseModel):
    """A new key. `key` is the secret, which is returned only once."""

    model_config = ConfigDict(frozen=True)

    key: str = Field(repr=False)
    token: str
    key_alias: str | None
    expires_at: datetime | None
    max_budget: float | None
    tpm_limit: int | None
    rpm_limit: int | None
    models: list[str]

    @classmethod
    def of(cls, key: CreatedKey, key_id: str) -> "IssuedKeyView":
        shown = key.model_dump(include={"key_alias", "expires_at", "max_budget", "tpm_limit", "rpm_limit"})
        return cls(key=key.secret.get_secret_value(), token=key_id, models=list(key.models), **shown)


class RotatedKeyView(IssuedKeyView):
    """A key with its new secret, which is returned only once. The previous one works until the given time."""

    previous_secret_expires_at: datetime

    @classmethod
    def after(cls, issued: IssuedKeyView, previous_ends_at: datetime) -> "RotatedKeyView":
        return cls(**dict(issued), previous_secret_expires_at=previous_ends_at)


class Done(BaseModel):
    """The response to a change that returns no data."""

    success: Literal[True] = True
