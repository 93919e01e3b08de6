"""The root of the configuration, and the validation across sections."""

import hashlib
import hmac
from typing import Annotated

from pydantic import Field, SecretStr

from keydesk.settings.access import TEAM_PERMISSIONS, Grants, Permissions
from keydesk.settings.alerts import Alerts
from keydesk.settings.chargeback import Chargeback
from keydesk.settings.directory import Directory
from keydesk.settings.gateway import Gateway
from keydesk.settings.identity import Identity
from keydesk.settings.key_index import KeyIndex
from keydesk.settings.leaks import LeakReports
from keydesk.settings.notices import Notices
from keydesk.settings.operations import Limits, Logs, Metrics, Tracing
from keydesk.settings.portal import Portal
from keydesk.settings.requests import Requests
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.service import AuditLog, Cache, Database, Demo, Loopback, Server, Upstream
from keydesk.settings.usage import UsageKeeping
from keydesk.settings.workloads import WorkloadRule, beyond_policy, contradictions


class Settings(Section):
    """The whole configuration."""

    litellm: Gateway
    """The LiteLLM gateway, and the rules for accounts, keys and teams."""
    identity: Identity = Identity()
    """Authentication methods."""
    directory: Directory = Directory()
    """The sources of people and their groups."""
    permissions: Permissions = Permissions()
    """How Keydesk checks permissions."""
    grants: Grants = Field(default_factory=dict)
    """The groups that have a permission, such as `litellm.key.reset_spend: [admins]`."""
    server: Server = Server()
    """The HTTP server."""
    database: Database = Database()
    """Keydesk's database."""
    audit: AuditLog = AuditLog()
    """The audit log."""
    upstream: Upstream = Upstream()
    """Calls to LiteLLM."""
    usage: UsageKeeping = UsageKeeping()
    """Stored usage."""
    key_index: KeyIndex = KeyIndex()
    """The index of all keys, for the platform team."""
    cache: Cache = Cache()
    """The in-memory cache of LiteLLM's responses."""
    secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    """A secret of at least 32 characters. Keydesk derives its own keys from it, or from the master key if it is not
    set."""
    limits: Limits = Limits()
    """Rate limits and concurrency limits."""
    logs: Logs = Logs()
    """Logging."""
    metrics: Metrics = Metrics()
    """Prometheus metrics."""
    tracing: Tracing = Tracing()
    """OpenTelemetry traces."""
    leaks: LeakReports = LeakReports()
    """Reports of leaked keys."""
    portal: Portal = Portal()
    """The web portal."""
    notices: Notices = Notices()
    """Notices about keys."""
    alerts: Alerts = Alerts()
    """Budget alerts, and the watchdog of the gateway."""
    requests: Requests = Requests()
    """Requests for more than the limits allow."""
    chargeback: Chargeback = Chargeback()
    """Monthly statements of spend."""
    workloads: tuple[WorkloadRule, ...] = ()
    """Jobs and services that get a short-lived key of a team for a token of their platform, such as GitHub Actions,
    GitLab or Kubernetes. The first rule that matches a token applies."""
    demo: Demo = Demo()
    """The demo sign-in."""

    @rule
    def _demo_is_local(self) -> Faults:
        if self.demo.enabled and self.server.host not in Loopback:
            yield ("server", "host"), "must be 127.0.0.1 if demo.enabled is true"

    @rule
    def _ports_differ(self) -> Faults:
        if self.metrics.enabled and self.metrics.port == self.server.port != 0:
            yield ("metrics", "port"), "must differ from server.port"

    @rule
    def _somebody_can_sign_in(self) -> Faults:
        if not self.demo.enabled and not self._signs_in:
            yield ("identity",), _NO_SIGN_IN

    @rule
    def _people_are_known(self) -> Faults:
        if not self.demo.enabled and self._signs_in and self.directory.is_empty:
            yield ("directory",), _NO_DIRECTORY

    @property
    def _signs_in(self) -> bool:
        return not self.identity.is_empty or self.litellm.bridge.enabled or self.portal.sign_in is not None

    @rule
    def _backstage_decides(self) -> Faults:
        if self.permissions.backstage and self.identity.backstage is None:
            yield ("permissions", "backstage"), _NO_BACKSTAGE

    @rule
    def _backstage_notifies(self) -> Faults:
        if self.notices.backstage is not None and self.directory.backstage is None:
            yield ("notices", "backstage"), "requires directory.backstage"

    @rule
    def _second_approver_can_check_the_first(self) -> Faults:
        sources = self.directory.backstage or self.directory.people or self.directory.people_file
        if self.requests.second_approval_above_usd is not None and not sources and not self.demo.enabled:
            yield ("requests", "secondApprovalAboveUsd"), _NO_FIRST_APPROVER

    @rule
    def _blocks_can_be_lifted(self) -> Faults:
        if self.alerts.watchdog.mode == "block" and self.litellm.audit.key_admin_group is None:
            yield ("alerts", "watchdog", "mode"), _NO_KEY_ADMINS

    @rule
    def _team_admins_have_permissions(self) -> Faults:
        if not self.litellm.team_admin.group or self.permissions.backstage:
            return
        if not any(name.startswith(TEAM_PERMISSIONS) for name in self.grants):
            yield ("litellm", "teamAdmin", "group"), _NO_DECISION

    @rule
    def _workloads_agree(self) -> Faults:
        for index, name, expected in contradictions(self.workloads):
            yield ("workloads", index, name), expected

    @rule
    def _workloads_keep_to_the_policy(self) -> Faults:
        for index, name, expected in beyond_policy(self.workloads, self.litellm):
            yield ("workloads", index, name), expected

    @rule
    def _machines_can_be_confirmed(self) -> Faults:
        takes_tokens = self.identity.backstage or self.identity.oidc or self.litellm.bridge.enabled
        if self.portal.machines.confirmation_url and not takes_tokens and not self.demo.enabled:
            yield ("portal", "machines", "confirmationUrl"), _NO_CONFIRMATION

    @property
    def signs_in_to_portal(self) -> bool:
        """Return whether people can sign in to the portal."""
        has_sign_in = self.portal.sign_in is not None or self.identity.trusted_proxy is not None
        return has_sign_in or self.demo.enabled

    @property
    def signs_in_machines(self) -> bool:
        """Return whether the command line can sign in: people have to confirm it in the portal or on another page."""
        machines = self.portal.machines
        return machines.enabled and (self.signs_in_to_portal or machines.confirmation_url is not None)

    @property
    def checks_budgets(self) -> bool:
        """Return whether budgets are checked: alerts need a channel."""
        return self.alerts.enabled and self.notices.has_channels

    def derived_key(self, purpose: str) -> bytes:
        """Return a 32-byte key for one purpose, derived from `secret`, or from the master key without a `secret`."""
        root = self.secret or self.litellm.master_key
        return hmac.digest(root.get_secret_value().encode(), f"keydesk/{purpose}".encode(), hashlib.sha256)


_NO_SIGN_IN = (
    "configure an authentication method: backstage, oidc or trustedProxy here, litellm.bridge, portal.signIn, "
    "or demo.enabled for a local demo"
)
_NO_BACKSTAGE = "requires identity.backstage (backend.baseUrl in a Backstage app-config)"
_NO_CONFIRMATION = (
    "requires identity.backstage, identity.oidc or litellm.bridge, because people confirm with a token"
)
_NO_DIRECTORY = "configure a source of people: backstage, people, peopleFile or claims: true"
_NO_FIRST_APPROVER = (
    "requires directory.backstage, people or peopleFile, because tokens tell only their own groups"
)
_NO_KEY_ADMINS = "block requires litellm.audit.keyAdminGroup, whose members can unblock keys"
_NO_DECISION = (
    "requires permissions: set permissions.backstage (permission.enabled in a Backstage app-config), "
    f"or list the groups with {TEAM_PERMISSIONS}create and similar permissions in grants"
)
