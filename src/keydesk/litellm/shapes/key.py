"""Virtual keys, as LiteLLM answers them and as they are asked for. Hash and secret are never printed."""

from datetime import datetime

from pydantic import AliasChoices, Field, SecretStr

from keydesk.litellm.shapes.base import Answered, Metadata, Moment, Sent, Usd


class Key(Answered):
    """One virtual key. `token_hash` names it in calls, `masked` is for people (`sk-...abcd`).

    `settings_updated_at` moves with every change and block, but not with spend; None before the first, and in
    releases that do not have it (1.84 to 1.96 at least). `changed_at` is the best that is known of it.
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

    @property
    def changed_at(self) -> datetime | None:
        """When the key was last changed or blocked, or later: `updated_at` also moves with spend."""
        return self.settings_updated_at or self.updated_at


class KeyPage(Answered):
    """One page of all keys. `total` counts the keys of all pages."""

    keys: tuple[Key, ...] = ()
    pages: int = Field(default=0, validation_alias=AliasChoices("total_pages", "pages"))
    total: int = Field(default=0, validation_alias=AliasChoices("total_count", "total"))


class CreatedKey(Key):
    """A key just created. LiteLLM tells the secret this once; it cannot be had again."""

    secret: SecretStr = Field(validation_alias=AliasChoices("key", "secret"), min_length=1)


class NewKey(Sent):
    """A key to create. LiteLLM checks neither user, team nor models: whoever asks must have.

    `duration` and `budget_duration` are `<n>` with s, m, h, d, w or mo; no `duration` is a key without an
    end.
    """

    key_alias: str | None = None
    user_id: str | None = None
    team_id: str | None = None
    models: tuple[str, ...] = ()
    duration: str | None = None
    max_budget: Usd | None = None
    budget_duration: str | None = None
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    metadata: Metadata = Field(default_factory=dict)


class KeyChanges(Sent):
    """What to change of a key: a member left out stays, None clears a limit, the alias or the end.

    Clearing widens: no `max_budget` is no limit, no `duration` no end, empty `models` every model, empty
    `allowed_routes` every route, and `blocked=False` lifts any block. `metadata` replaces the old one entirely.
    None is not offered for `models` (LiteLLM answers 400) nor for `metadata` (it stores null, and the key can then no
    longer be blocked).
    """

    key_alias: str | None = None
    models: tuple[str, ...] = ()
    duration: str | None = None
    max_budget: Usd | None = None
    budget_duration: str | None = None
    tpm_limit: int | None = None
    rpm_limit: int | None = None
    blocked: bool = False
    allowed_routes: tuple[str, ...] = ()
    metadata: Metadata = Field(default_factory=dict)
