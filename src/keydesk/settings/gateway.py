"""The `litellm` section: names and defaults are those of the Backstage plugin's block in app-config."""

from typing import Annotated

from keydesk.settings.budgets import BudgetRules
from keydesk.settings.command_line import Bridge, OpenCode
from keydesk.settings.provisioning import Provisioning
from keydesk.settings.section import Section
from keydesk.settings.teams import Display, TeamAdmin
from keydesk.settings.values import BaseAddress, Count, Credential, GroupRef, matching

Domain = Annotated[str, matching(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", "a domain such as example.com")]


class KeyGeneration(BudgetRules):
    """What people may choose for their keys."""

    team_required: bool = True
    """Whether a key must belong to a team."""
    max_keys_per_person: Count = 500
    """Keys that one person may have, in teams and without; expired keys count until they are deleted."""
    max_keys_per_team: Count = 1000
    """Keys that one team may have, of all its members; expired keys count until they are deleted."""
    reset_spend_group: GroupRef | None = None
    """The group that may reset the spend of its own keys too, with `litellm.key.reset_spend`; left out, nobody may."""


class AuditAccess(Section):
    """Who may read the audit log."""

    group: GroupRef | None = None
    """The group whose members may; left out, nobody may."""


class Gateway(Section):
    """LiteLLM: where it is, our credential for it, and the rules for accounts, keys and teams."""

    base_url: BaseAddress
    """Where Keydesk reaches LiteLLM."""
    public_base_url: BaseAddress | None = None
    """Where people reach LiteLLM, for the snippets they copy; left out, it is `baseUrl`."""
    master_key: Credential
    """LiteLLM's master key. It is never shown, logged or sent anywhere but to `baseUrl`."""
    user_id_domain: Domain | None = None
    """Appended to a person's name to form the LiteLLM user id: `jane` is `jane@example.com`."""
    provisioning: Provisioning = Provisioning()
    """Accounts on first use."""
    audit: AuditAccess = AuditAccess()
    """Who may read the audit log."""
    key_generation: KeyGeneration = KeyGeneration()
    """What people may choose for their keys."""
    team_admin: TeamAdmin = TeamAdmin()
    """Team management."""
    display: Display = Display()
    """Hiding what teams may spend."""
    bridge: Bridge = Bridge()
    """Command-line clients with an OpenID Connect token."""
    opencode: OpenCode = OpenCode()
    """Keys for OpenCode."""

    @property
    def url_for_people(self) -> str:
        """The address people use in their tools."""
        return self.public_base_url or self.base_url
