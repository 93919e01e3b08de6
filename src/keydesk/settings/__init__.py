"""All settings, typed and immutable. `loading` reads them from files and environment variables.

The `litellm` section uses the names and defaults of the Backstage plugin, so that operators can reuse their
app-config. Names are camelCase in files and snake_case in code.
"""

from keydesk.settings.access import Permissions
from keydesk.settings.budgets import BudgetRules
from keydesk.settings.command_line import Bridge, OpenCode
from keydesk.settings.directory import BackstageCatalog, Directory, DirectoryPerson
from keydesk.settings.gateway import AuditAccess, Gateway, KeyGeneration
from keydesk.settings.identity import BackstageIdentity, Identity, OidcIssuer, TrustedProxy
from keydesk.settings.operations import Limits, Logs, Metrics, Tracing
from keydesk.settings.portal import OidcSignIn, Portal, Sessions
from keydesk.settings.provisioning import AccountDefaults, Provisioning, ProvisioningRole
from keydesk.settings.root import Settings
from keydesk.settings.section import Section
from keydesk.settings.service import AuditLog, Cache, Database, Demo, Loopback, Server, Upstream
from keydesk.settings.teams import Display, ObjectPermissions, TeamAdmin
from keydesk.settings.usage import UsageKeeping
from keydesk.settings.values import GroupRef, SigningAlgorithm

__all__ = [
    "AccountDefaults",
    "AuditAccess",
    "AuditLog",
    "BackstageCatalog",
    "BackstageIdentity",
    "Bridge",
    "BudgetRules",
    "Cache",
    "Database",
    "Demo",
    "Directory",
    "DirectoryPerson",
    "Display",
    "Gateway",
    "GroupRef",
    "Identity",
    "KeyGeneration",
    "Limits",
    "Logs",
    "Loopback",
    "Metrics",
    "ObjectPermissions",
    "OidcIssuer",
    "OidcSignIn",
    "OpenCode",
    "Permissions",
    "Portal",
    "Provisioning",
    "ProvisioningRole",
    "Section",
    "Server",
    "Sessions",
    "Settings",
    "SigningAlgorithm",
    "TeamAdmin",
    "Tracing",
    "TrustedProxy",
    "Upstream",
    "UsageKeeping",
]
