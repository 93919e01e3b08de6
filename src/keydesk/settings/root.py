"""All sections together, and what must hold between them."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from keydesk.settings.access import TEAM_PERMISSIONS, Grants, Permissions
from keydesk.settings.directory import Directory
from keydesk.settings.gateway import Gateway
from keydesk.settings.identity import Identity
from keydesk.settings.key_paths import KeyPath
from keydesk.settings.operations import Limits, Logs, Metrics, Tracing
from keydesk.settings.portal import Portal
from keydesk.settings.section import Section, refuse
from keydesk.settings.service import AuditLog, Cache, Database, Demo, Loopback, Server, Upstream
from keydesk.settings.usage import UsageKeeping


class Settings(Section):
    """The whole configuration."""

    litellm: Gateway
    """LiteLLM and the rules for accounts, keys and teams."""
    identity: Identity = Identity()
    """How callers prove who they are."""
    directory: Directory = Directory()
    """Where people and groups are looked up."""
    permissions: Permissions = Permissions()
    """Who decides what people may do."""
    grants: Grants = Field(default_factory=dict)
    """For permissions that not everybody has: the groups that do, such as `litellm.key.reset_spend: [admins]`."""
    server: Server = Server()
    """Where Keydesk listens."""
    database: Database = Database()
    """Where Keydesk keeps its own state."""
    audit: AuditLog = AuditLog()
    """The audit log itself."""
    upstream: Upstream = Upstream()
    """How to treat LiteLLM on the wire."""
    usage: UsageKeeping = UsageKeeping()
    """What is kept of usage."""
    cache: Cache = Cache()
    """What LiteLLM said, kept in memory."""
    secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    """At least 32 characters, from which Keydesk's own keys derive; left out, they derive from the master key."""
    limits: Limits = Limits()
    """How much Keydesk takes on at a time."""
    logs: Logs = Logs()
    """What is logged, and how."""
    metrics: Metrics = Metrics()
    """Figures for Prometheus."""
    tracing: Tracing = Tracing()
    """Traces for OpenTelemetry."""
    portal: Portal = Portal()
    """The portal's pages."""
    demo: Demo = Demo()
    """The demo sign-in."""

    @model_validator(mode="after")
    def _sections_go_together(self) -> Self:
        refuse(self._contradictions())
        return self

    def _contradictions(self) -> Iterator[tuple[bool, KeyPath, str]]:
        demo = self.demo.enabled
        away = self.server.host not in Loopback
        yield demo and away, ("server", "host"), "expected 127.0.0.1 while demo.enabled is true"

        taken = self.metrics.enabled and self.metrics.port == self.server.port != 0
        yield taken, ("metrics", "port"), "expected another one than server.port"

        provider = self.portal.sign_in
        signs_in = not self.identity.is_empty or self.litellm.bridge.enabled or provider is not None
        yield not demo and not signs_in, ("identity",), _NO_SIGN_IN

        yield not demo and signs_in and self.directory.is_empty, ("directory",), _NO_DIRECTORY

        asks_backstage = self.permissions.backstage
        lost = asks_backstage and self.identity.backstage is None
        yield lost, ("permissions", "backstage"), _NO_BACKSTAGE

        undecided = not asks_backstage and not any(name.startswith(TEAM_PERMISSIONS) for name in self.grants)
        has_team_admins = bool(self.litellm.team_admin.group)
        yield has_team_admins and undecided, ("litellm", "teamAdmin", "group"), _NO_DECISION

    def derived_key(self, purpose: str) -> bytes:
        """32 bytes for one purpose only, from `secret`, or from the master key where no secret is set."""
        root = self.secret or self.litellm.master_key
        return hmac.digest(root.get_secret_value().encode(), f"keydesk/{purpose}".encode(), hashlib.sha256)


_NO_SIGN_IN = (
    "expected a way to sign in: backstage, oidc or trustedProxy here, litellm.bridge, portal.signIn, "
    "or demo.enabled to try things on this machine"
)
_NO_BACKSTAGE = "needs identity.backstage (backend.baseUrl in a Backstage app-config)"
_NO_DIRECTORY = "expected where people are looked up: backstage, people, peopleFile, or claims: true"
_NO_DECISION = (
    "needs permissions: set permissions.backstage (permission.enabled in a Backstage app-config), "
    f"or name who has {TEAM_PERMISSIONS}create and its like in grants"
)
