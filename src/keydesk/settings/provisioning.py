"""Settings of LiteLLM accounts: the defaults, and overrides for members of groups."""

from typing import Literal

from pydantic import Field

from keydesk.kit.field_types import Duration, Identifier, RateLimit, Usd
from keydesk.settings.overrides import Overrides
from keydesk.settings.section import Section
from keydesk.settings.values import GroupRef, TextMap

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


class ProvisioningRole(Overrides, AccountDefaults):
    """Overrides for members of a group. Settings that are not set have the value in `provisioning.defaults`."""

    group: GroupRef
    """The group, such as `group:default/ai-power-users`. Members of its child groups are included."""


class Provisioning(Section):
    """Automatic creation of LiteLLM accounts."""

    enabled: bool = True
    """Create a person's account on first use. In a Backstage app-config, the default is false, as in the plugin."""
    defaults: AccountDefaults = AccountDefaults()
    """The settings of new accounts."""
    roles: tuple[ProvisioningRole, ...] = ()
    """Overrides for groups. For a person in several of these groups, the first one applies."""
