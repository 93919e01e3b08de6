"""Settings of the service: the HTTP server, the database, the audit log, the cache and calls to LiteLLM."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from keydesk.settings.section import Section
from keydesk.settings.values import HostName, NonEmpty, PageOrigin

_DEFAULT_DATABASE = "sqlite:///keydesk.db"
_DATABASES = ("sqlite://", "postgresql://", "postgres://")


def _database_url(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(_DATABASES):
        raise ValueError("expected a URL such as sqlite:///keydesk.db or postgresql://host/name")
    return url


Loopback = ("127.0.0.1", "localhost", "::1")


class Upstream(Section):
    """Calls to LiteLLM."""

    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0
    """Timeout of a call in seconds."""
    max_connections: Annotated[int, Field(ge=1, le=500)] = 20
    """Maximum number of connections to LiteLLM. Additional calls wait for a free connection."""
    activity_page_size: Annotated[int, Field(ge=1, le=1000)] = 1000
    """Rows per page when Keydesk reads usage."""
    allow_compromised_release: bool = False
    """Start even if the LiteLLM release is compromised or older than the supported releases."""


class Database(Section):
    """Keydesk's database. Use SQLite for a single server and PostgreSQL for several."""

    url: Annotated[SecretStr, AfterValidator(_database_url)] = Field(
        default=SecretStr(_DEFAULT_DATABASE), json_schema_extra={"default": _DEFAULT_DATABASE}
    )
    """`sqlite:///keydesk.db` or `postgresql://user:password@host/name`."""
    pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    """Maximum number of connections to PostgreSQL."""
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    """Timeout of database operations in seconds."""


class Server(Section):
    """The HTTP server."""

    host: NonEmpty = "127.0.0.1"
    """The address to listen on. Use `0.0.0.0` for all addresses."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """The port. Use 0 for any free port."""
    allowed_hosts: Annotated[tuple[HostName, ...], Field(min_length=1)] = ("*",)
    """Accepted values of the Host header. `*` accepts all."""
    allowed_origins: tuple[PageOrigin, ...] = ()
    """Additional origins whose pages can send write requests, such as https://backstage.example.com. A Backstage
    app-config sets this to the origin of `app.baseUrl`. The origin of `portal.baseUrl` is always allowed."""
    time_limit_seconds: Annotated[float, Field(gt=0, le=60)] = 8.0
    """Maximum time in seconds that a request waits for LiteLLM, Backstage and identity providers in total."""


class AuditLog(Section):
    """The audit log. `litellm.audit.group` sets who can read it."""

    retention_days: Annotated[int, Field(ge=1, le=36500)] | None = None
    """Days after which entries are deleted. By default, entries are kept forever."""
    print_entries: bool = False
    """Also write every entry as a JSON line to standard output, for example for a SIEM."""


class Demo(Section):
    """The demo sign-in, which lets anyone on this machine sign in as any person in the directory."""

    enabled: bool = False
    """Enable the demo sign-in. Keydesk must then listen on a loopback address."""


class Cache(Section):
    """The in-memory cache of LiteLLM's responses."""

    fresh_seconds: Annotated[float, Field(ge=0, le=3600)] = 5.0
    """Seconds for which a response is fresh. 0 turns off caching. Models stay fresh twelve times as long.

    Changes that are made directly in LiteLLM become visible after this time. Changes through Keydesk are visible
    immediately.
    """
    stale_seconds: Annotated[float, Field(ge=0, le=86400)] = 60.0
    """Seconds for which a stale response is served while Keydesk refreshes it in the background."""
    outage_seconds: Annotated[float, Field(ge=0, le=2592000)] = 86400.0
    """Seconds for which a stale response is served, with its age, while LiteLLM is unreachable. 0 turns this off."""
    max_megabytes: Annotated[int, Field(ge=1, le=65536)] = 256
    """Maximum size of the cache. The least recently used responses are evicted first."""
