"""The `litellm` section, with the names and defaults of the Backstage plugin's section in app-config."""

from typing import Annotated

from keydesk.kit.field_types import Duration
from keydesk.settings.allowances import KeyAllowances
from keydesk.settings.budgets import BudgetRules
from keydesk.settings.command_line import Bridge, OpenCode
from keydesk.settings.lifetimes import KeyLifetimes
from keydesk.settings.provisioning import Provisioning
from keydesk.settings.section import Section
from keydesk.settings.teams import Display, TeamAdmin
from keydesk.settings.values import BaseAddress, Count, Credential, GroupRef, matching

Domain = Annotated[str, matching(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", "a domain such as example.com")]


class KeyGeneration(BudgetRules):
    """Rules for the keys that people create."""

    team_required: bool = True
    """Require a team for each key."""
    max_keys_per_person: Count = 500
    """The maximum number of keys of a person, in all teams and without a team. Expired keys count until they are
    deleted."""
    max_keys_per_team: Count = 1000
    """The maximum number of keys of a team, for all its members. Expired keys count until they are deleted."""
    service_keys: bool = False
    """Allow admins of a team to create keys that belong to the team and to no person. Existing ones can always be
    managed."""
    longest_overlap: Duration = "7d"
    """How long the previous secret of a rotated key can work at most."""
    reset_spend_group: GroupRef | None = None
    """The group whose members can reset the spend of their own keys. They also need the permission
    `litellm.key.reset_spend`. By default, nobody can."""


class AuditAccess(Section):
    """Access to the audit log and to the pages of the platform team."""

    group: GroupRef | None = None
    """The group whose members can read the audit log and the list of all keys. By default, nobody can."""
    key_admin_group: GroupRef | None = None
    """The group whose members can change the keys of other people. They must be in `group`, too, and need the
    permission `litellm.key.admin`. By default, nobody can."""


class Gateway(Section):
    """The LiteLLM gateway, and the rules for accounts, keys and teams."""

    base_url: BaseAddress
    """The URL at which Keydesk reaches LiteLLM."""
    public_base_url: BaseAddress | None = None
    """The URL at which people reach LiteLLM, for code snippets. The default is `baseUrl`."""
    master_key: Credential
    """LiteLLM's master key. Keydesk never shows or logs it, and sends it only to `baseUrl`."""
    user_id_domain: Domain | None = None
    """The domain that is appended to a person's name to form the LiteLLM user id: `jane` becomes `jane@example.com`."""
    provisioning: Provisioning = Provisioning()
    """Automatic creation of accounts."""
    audit: AuditAccess = AuditAccess()
    """Access to the audit log."""
    key_generation: KeyGeneration = KeyGeneration()
    """Rules for the keys that people create."""
    key_lifetimes: KeyLifetimes = KeyLifetimes()
    """The lifetime of keys."""
    key_allowances: KeyAllowances = KeyAllowances()
    """What all keys of a person, or all service keys of a team, may have together."""
    team_admin: TeamAdmin = TeamAdmin()
    """Team management."""
    display: Display = Display()
    """Visibility of team budgets."""
    bridge: Bridge = Bridge()
    """Command-line clients with an OpenID Connect access token."""
    opencode: OpenCode = OpenCode()
    """Keys for OpenCode."""
    playground: bool = True
    """The portal's playground, in which people try models with a key of their own. Their browsers call the gateway, so
    it must allow requests from Keydesk's address (CORS)."""

    @property
    def url_for_people(self) -> str:
        """The URL that people use in their tools."""
        return self.public_base_url or self.base_url
