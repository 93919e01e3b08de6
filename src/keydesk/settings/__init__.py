"""All settings, typed and immutable. `loading` reads them from files and environment variables.

The `litellm` section uses the names and defaults of the Backstage plugin, so that operators can reuse their
app-config. Names are camelCase in files and snake_case in code.
"""

from keydesk.settings.access import Permissions
from keydesk.settings.alerts import Alerts
from keydesk.settings.allowances import AllowanceRules, KeyAllowances, RoleAllowance
from keydesk.settings.budgets import BudgetRules
from keydesk.settings.chargeback import Chargeback, CostCenters, DisplayCurrency
from keydesk.settings.command_line import Bridge, OpenCode
from keydesk.settings.directory import BackstageCatalog, Directory, DirectoryPerson
from keydesk.settings.gateway import AuditAccess, Gateway, KeyGeneration
from keydesk.settings.identity import BackstageIdentity, Identity, OidcIssuer, TrustedProxy
from keydesk.settings.leaks import LeakReports
from keydesk.settings.lifetimes import KeyLifetimes, LifetimeRules, RoleLifetimes
from keydesk.settings.notices import Notices
from keydesk.settings.operations import Limits, Logs, Metrics, Tracing
from keydesk.settings.portal import Machines, OidcSignIn, Portal, Sessions
from keydesk.settings.provisioning import AccountDefaults, Provisioning, ProvisioningRole
from keydesk.settings.requests import Requests
from keydesk.settings.root import Settings
from keydesk.settings.section import Section
from keydesk.settings.service import AuditLog, Cache, Database, Demo, Loopback, Server, Upstream
from keydesk.settings.teams import Display, ObjectPermissions, TeamAdmin
from keydesk.settings.usage import UsageKeeping
from keydesk.settings.values import GroupRef, SigningAlgorithm
from keydesk.settings.workloads import WorkloadRule

__all__ = [
    "AccountDefaults",
    "Alerts",
    "AllowanceRules",
    "AuditAccess",
    "AuditLog",
    "BackstageCatalog",
    "BackstageIdentity",
    "Bridge",
    "BudgetRules",
    "Cache",
    "Chargeback",
    "CostCenters",
    "Database",
    "Demo",
    "Directory",
    "DirectoryPerson",
    "Display",
    "DisplayCurrency",
    "Gateway",
    "GroupRef",
    "Identity",
    "KeyAllowances",
    "KeyGeneration",
    "KeyLifetimes",
    "LeakReports",
    "LifetimeRules",
    "Limits",
    "Logs",
    "Loopback",
    "Machines",
    "Metrics",
    "Notices",
    "ObjectPermissions",
    "OidcIssuer",
    "OidcSignIn",
    "OpenCode",
    "Permissions",
    "Portal",
    "Provisioning",
    "ProvisioningRole",
    "Requests",
    "RoleAllowance",
    "RoleLifetimes",
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
    "WorkloadRule",
]
