"""The root of the configuration, and the validation across sections."""

import hashlib
import hmac
from typing import Annotated

from pydantic import Field, SecretStr

from keydesk.settings.access import TEAM_PERMISSIONS, Grants, Permissions
from keydesk.settings.directory import Directory
from keydesk.settings.gateway import Gateway
from keydesk.settings.identity import Identity
from keydesk.settings.operations import Limits, Logs, Metrics, Tracing
from keydesk.settings.portal import Portal
from keydesk.settings.section import Faults, Section, rule
from keydesk.settings.service import AuditLog, Cache, Database, Demo, Loopback, Server, Upstream
from keydesk.settings.usage import UsageKeeping


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
    portal: Portal = Portal()
    """The web portal."""
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
    def _team_admins_have_permissions(self) -> Faults:
        if not self.litellm.team_admin.group or self.permissions.backstage:
            return
        if not any(name.startswith(TEAM_PERMISSIONS) for name in self.grants):
            yield ("litellm", "teamAdmin", "group"), _NO_DECISION

    def derived_key(self, purpose: str) -> bytes:
        """Return a 32-byte key for one purpose, derived from `secret`, or from the master key without a `secret`."""
        root = self.secret or self.litellm.master_key
        return hmac.digest(root.get_secret_value().encode(), f"keydesk/{purpose}".encode(), hashlib.sha256)


_NO_SIGN_IN = (
    "configure an authentication method: backstage, oidc or trustedProxy here, litellm.bridge, portal.signIn, "
    "or demo.enabled for a local demo"
)
_NO_BACKSTAGE = "requires identity.backstage (backend.baseUrl in a Backstage app-config)"
_NO_DIRECTORY = "configure a source of people: backstage, people, peopleFile or claims: true"
_NO_DECISION = (
    "requires permissions: set permissions.backstage (permission.enabled in a Backstage app-config), "
    f"or list the groups with {TEAM_PERMISSIONS}create and similar permissions in grants"
)
