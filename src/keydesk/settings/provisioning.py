"""Settings of LiteLLM accounts: the defaults, and overrides for members of groups."""

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
    """The settings of new LiteLLM accounts."""

    max_budget: Usd | None = 10.0
    """The budget in USD for each budget period, or null for no limit."""
    budget_duration: Duration | None = "30d"
    """The budget period, such as `30d`, or null for a budget that never resets."""
    models: tuple[Identifier, ...] = ()
    """The models that the account can use. An empty list allows every model."""
    teams: tuple[Identifier, ...] = ()
    """The ids of LiteLLM teams that the account joins."""
    user_role: UserRole = "internal_user"
    """The LiteLLM role."""
    tpm_limit: RateLimit | None = None
    """Tokens per minute, or null for no limit."""
    rpm_limit: RateLimit | None = None
    """Requests per minute, or null for no limit."""
    metadata: TextMap = Field(default_factory=dict)
    """Top-level metadata of the account, such as a cost center. LiteLLM interprets some names as settings."""


class ProvisioningRole(AccountDefaults):
    """Overrides for members of a group. Settings that are not set have the value in `provisioning.defaults`."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    group: GroupRef
    """The group, such as `group:default/ai-power-users`. Members of its child groups are included."""

    @model_serializer(mode="wrap")
    def _only_set_fields(self, serialise: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Serialise only the fields that are set. The defaults of this class do not override anything."""
        names = {
            type(self).model_fields[name].alias for name in self.model_fields_set
        } | self.model_fields_set
        return {name: value for name, value in serialise(self).items() if name in names}


class Provisioning(Section):
    """Automatic creation of LiteLLM accounts."""

    enabled: bool = True
    """Create a person's account on first use. In a Backstage app-config, the default is false, as in the plugin."""
    defaults: AccountDefaults = AccountDefaults()
    """The settings of new accounts."""
    roles: tuple[ProvisioningRole, ...] = ()
    """Overrides for groups. For a person in several of these groups, the first one applies."""
