"""Virtual keys in responses and request bodies. The repr contains no hash and no secret."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import AliasChoices, Field, SecretStr

from keydesk.litellm.shapes.base import Answered, Metadata, Moment, Sent, Usd

_OTHER_SETTINGS = (
    "access_group_ids",
    "aliases",
    "allowed_cache_controls",
    "budget_fallbacks",
    "budget_id",
    "budget_limits",
    "config",
    "max_parallel_requests",
    "model_max_budget",
    "object_permission_id",
    "permissions",
    "project_id",
    "router_settings",
    "soft_budget",
    "tpd_limit",
)
"""Settings of keys that a rotation cannot copy to a new secret."""
_LIMIT_MEMBERS = {"budget_duration", "max_budget"}


class BudgetLimit(Answered):
    """One of several budgets that a key has at the same time. LiteLLM does not report its spend in lists of keys."""

    max_budget: float
    budget_duration: str
    reset_at: Moment = None


class Key(Answered):
    """One virtual key. `token_hash` identifies it in calls; `masked` is for display (`sk-...abcd`).

    `settings_updated_at` changes with every update and block, but not with spend. It is None before the first
    change and in releases without it (at least 1.84 to 1.96). `changed_at` is the best available value.
    `last_active_at` is None for a key that was never used, and if `reports_last_use` is False.
    `other_settings` are the names of settings that this shape does not contain and that are set.
    """

    token_hash: str = Field(validation_alias=AliasChoices("token", "token_hash"), repr=False, min_length=1)
    masked: str | None = Field(default=None, validation_alias=AliasChoices("key_name", "masked"))
    key_alias: str | None = None
    user_id: str | None = None
    team_id: str | None = None
    models: tuple[str, ...] = ()
    spend: float = 0.0
    max_budget: float | None = None
    budget_duration: str | None = None
    budget_reset_at: Moment = None
    budget_limits: tuple[BudgetLimit, ...] = ()
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    blocked: bool = False
    key_type: str | None = None
    allowed_routes: tuple[str, ...] = ()
    metadata: Metadata = Field(default_factory=dict)
    expires_at: Moment = Field(default=None, validation_alias=AliasChoices("expires", "expires_at"))
    created_at: Moment = None
    updated_at: Moment = None
    settings_updated_at: Moment = None
    last_active_at: Moment = Field(
        default=None, validation_alias=AliasChoices("last_active", "last_active_at")
    )
    other_settings: tuple[str, ...] = ()
    reports_last_use: bool = False

    @classmethod
    def arranged(cls, data: Mapping[str, Any]) -> Mapping[str, Any]:
        found = tuple(name for name in _OTHER_SETTINGS if _is_set(data.get(name)))
        limits = {"budget_limits": _limits(data["budget_limits"])} if data.get("budget_limits") else {}
        return {"other_settings": found, "reports_last_use": "last_active" in data, **data, **limits}

    @property
    def changed_at(self) -> datetime | None:
        """The time of the last update or block, or later: `updated_at` also changes with spend."""
        return self.settings_updated_at or self.updated_at


def _limits(stored: object) -> list[Any]:
    """Return the budgets of a key. Some calls of LiteLLM print them as text."""
    found = json.loads(stored) if isinstance(stored, str) else stored
    limits = found if isinstance(found, list | tuple) else []
    return [each for each in limits if not isinstance(each, Mapping) or each.keys() >= _LIMIT_MEMBERS]


def _is_set(value: object) -> bool:
    """Return whether the value, or any value in it, is neither missing nor empty."""
    if isinstance(value, Mapping):
        return any(map(_is_set, value.values()))
    return value not in (None, "", [])


class KeyPage(Answered):
    """One page of keys. Page numbers start at 1. `total` is the number of keys on all pages."""

    keys: tuple[Key, ...] = ()
    pages: int = Field(default=0, validation_alias=AliasChoices("total_pages", "pages"))
    total: int = Field(default=0, validation_alias=AliasChoices("total_count", "total"))
    number: int = 1

    @property
    def is_last(self) -> bool:
        return self.number >= self.pages


class CreatedKey(Key):
    """A new key. LiteLLM returns the secret only once."""

    secret: SecretStr = Field(validation_alias=AliasChoices("key", "secret"), min_length=1)


class NewBudgetLimit(Sent):
    """One of several budgets of a key. `budget_duration` is as for the key."""

    max_budget: Usd
    budget_duration: str


class NewKey(Sent):
    """A key to create. LiteLLM does not check user, team or models: the caller must.

    `duration` and `budget_duration` are `<n>` with the unit s, m, h, d, w or mo. Without `duration` the key never
    expires. `spend` is what has been spent of `max_budget` already.
    """

    key_alias: str | None = None
    user_id: str | None = None
    team_id: str | None = None
    models: tuple[str, ...] = ()
    duration: str | None = None
    max_budget: Usd | None = None
    budget_duration: str | None = None
    budget_limits: tuple[NewBudgetLimit, ...] | None = None
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    metadata: Metadata = Field(default_factory=dict)
    spend: Usd | None = None


class KeyChanges(Sent):
    """Changes to a key. Omitted members stay unchanged; None clears a limit, the alias or the expiration.

    Clearing a value lifts a restriction: no `max_budget` means no limit, no `duration` no expiration, empty
    `models` all models, empty `allowed_routes` all routes, and `blocked=False` unblocks the key. `metadata` and
    `budget_limits` replace the previous ones. None is not allowed for `models` (LiteLLM responds 400) and `metadata`
    (LiteLLM stores null, and the key can no longer be blocked).
    """

    key_alias: str | None = None
    user_id: str | None = None
    models: tuple[str, ...] = ()
    duration: str | None = None
    max_budget: Usd | None = None
    budget_duration: str | None = None
    budget_limits: tuple[NewBudgetLimit, ...] = ()
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    blocked: bool = False
    allowed_routes: tuple[str, ...] = ()
    metadata: Metadata = Field(default_factory=dict)
