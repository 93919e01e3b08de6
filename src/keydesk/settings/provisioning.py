"""The accounts people get: what everybody starts with, and what members of certain groups get instead."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from keydesk.kit.field_types import Duration, Identifier, RateLimit, Usd
from keydesk.settings.section import Section
from keydesk.settings.values import GroupRef, TextMap


def _without_defaults(schema: dict[str, Any]) -> None:
    for entry in schema["properties"].values():
        entry.pop("default", None)


UserRole = Literal["internal_user", "internal_user_viewer"]


class AccountDefaults(Section):
    """What a new account in LiteLLM starts with."""

    max_budget: Usd | None = 10.0
    """USD an account may spend in a budget period; null is no limit."""
    budget_duration: Duration | None = "30d"
    """Length of a budget period, such as `30d`; null is one budget for good."""
    models: tuple[Identifier, ...] = ()
    """Models the account may use; an empty list is every model."""
    teams: tuple[Identifier, ...] = ()
    """LiteLLM team ids the account joins."""
    user_role: UserRole = "internal_user"
    """The role in LiteLLM."""
    tpm_limit: RateLimit | None = None
    """Tokens a minute; null is no limit."""
    rpm_limit: RateLimit | None = None
    """Requests a minute; null is no limit."""
    metadata: TextMap = Field(default_factory=dict)
    """Texts at the top level of the account's metadata, such as a cost center. LiteLLM reads some names as settings."""


class ProvisioningRole(AccountDefaults):
    """What members of one group get instead. Whatever is left out is as in `provisioning.defaults`."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    group: GroupRef
    """The group, such as `group:default/ai-power-users`; members of its child groups count too."""

    @model_serializer(mode="wrap")
    def _what_is_said(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """The defaults of this class mean nothing: only what the file names overrides anything."""
        said = {type(self).model_fields[name].alias for name in self.model_fields_set} | self.model_fields_set
        return {name: value for name, value in serialise(self).items() if name in said}


class Provisioning(Section):
    """Whether people get an account on first use, and which."""

    enabled: bool = True
    """Create accounts on first use. Left out of a Backstage app-config it is false, as the plugin has it."""
    defaults: AccountDefaults = AccountDefaults()
    """What a new account starts with."""
    roles: tuple[ProvisioningRole, ...] = ()
    """Groups with other settings; the first one a person is in counts."""
