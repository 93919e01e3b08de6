"""Virtual keys in responses and request bodies. The repr contains no hash and no secret."""

from datetime import datetime

from pydantic import AliasChoices, Field, SecretStr

from keydesk.litellm.shapes.base import Answered, Metadata, Moment, Sent, Usd


class Key(Answered):
    """One virtual key. `token_hash` identifies it in calls; `masked` is for display (`sk-...abcd`).

    `settings_updated_at` changes with every update and block, but not with spend. It is None before the first
    change and in releases without it (at least 1.84 to 1.96). `changed_at` is the best available value.
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
        """The time of the last update or block, or later: `updated_at` also changes with spend."""
        return self.settings_updated_at or self.updated_at


class KeyPage(Answered):
    """One page of keys. `total` is the number of keys on all pages."""

    keys: tuple[Key, ...] = ()
    pages: int = Field(default=0, validation_alias=AliasChoices("total_pages", "pages"))
    total: int = Field(default=0, validation_alias=AliasChoices("total_count", "total"))


class CreatedKey(Key):
    """A new key. LiteLLM returns the secret only once."""

    secret: SecretStr = Field(validation_alias=AliasChoices("key", "secret"), min_length=1)


class NewKey(Sent):
    """A key to create. LiteLLM does not check user, team or models: the caller must.

    `duration` and `budget_duration` are `<n>` with the unit s, m, h, d, w or mo. Without `duration` the key never
    expires.
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
    """Changes to a key. Omitted members stay unchanged; None clears a limit, the alias or the expiration.

    Clearing a value lifts a restriction: no `max_budget` means no limit, no `duration` no expiration, empty
    `models` all models, empty `allowed_routes` all routes, and `blocked=False` unblocks the key. `metadata`
    replaces the previous one. None is not allowed for `models` (LiteLLM responds 400) and `metadata` (LiteLLM
    stores null, and the key can no longer be blocked).
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
