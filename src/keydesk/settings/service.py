"""Keydesk itself: where it listens, its state and audit log, and how it treats LiteLLM on the wire."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from keydesk.settings.section import Section
from keydesk.settings.values import NonEmpty, PageOrigin

_DEFAULT_DATABASE = "sqlite:///keydesk.db"
_DATABASES = ("sqlite://", "postgresql://", "postgres://")


def _database_url(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(_DATABASES):
        raise ValueError("expected sqlite:///file or postgresql://host/name")
    return url


Loopback = ("127.0.0.1", "localhost", "::1")


class Upstream(Section):
    """How to treat LiteLLM on the wire."""

    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10.0
    """Seconds to wait for an answer."""
    max_connections: Annotated[int, Field(ge=1, le=500)] = 20
    """Connections kept to LiteLLM; more calls at a time wait for one."""
    activity_page_size: Annotated[int, Field(ge=1, le=1000)] = 1000
    """Rows a page when usage is read."""
    allow_compromised_release: bool = False
    """Work with LiteLLM releases that Keydesk refuses: compromised ones, and those older than it supports."""


class Database(Section):
    """Keydesk's own state: SQLite for one machine, PostgreSQL for several."""

    url: Annotated[SecretStr, AfterValidator(_database_url)] = Field(
        default=SecretStr(_DEFAULT_DATABASE), json_schema_extra={"default": _DEFAULT_DATABASE}
    )
    """`sqlite:///keydesk.db` or `postgresql://user:password@host/name`."""
    pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    """Connections kept to PostgreSQL."""
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 5.0
    """Seconds to wait for the database."""


class Server(Section):
    """Where Keydesk listens."""

    host: NonEmpty = "127.0.0.1"
    """The address to listen on; `0.0.0.0` is every one."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    """The port; 0 is any free one."""
    allowed_hosts: Annotated[tuple[NonEmpty, ...], Field(min_length=1)] = ("*",)
    """Host names that requests may name; `*` is every one."""
    allowed_origins: tuple[PageOrigin, ...] = ()
    """Origins of pages besides Keydesk's own that may change something, such as https://backstage.example.com.
    A Backstage app-config sets it to the origin of `app.baseUrl`; that of `portal.baseUrl` always counts."""
    time_limit_seconds: Annotated[float, Field(gt=0, le=120)] = 8.0
    """Seconds a request may wait for LiteLLM, Backstage and issuers, all of them together."""


class AuditLog(Section):
    """The audit log itself; who may read it is `litellm.audit.group`."""

    retention_days: Annotated[int, Field(ge=1, le=36500)] | None = None
    """Days after which entries are removed; left out, they are kept for good."""
    print_entries: bool = False
    """Also print every entry as a line of JSON to standard output, for a SIEM to collect."""


class Demo(Section):
    """The demo sign-in: anybody on this machine may become any person of the directory."""

    enabled: bool = False
    """Whether it is on. Keydesk must then listen on a loopback address."""


class Cache(Section):
    """What LiteLLM said, kept in memory so that reading costs it nothing."""

    fresh_seconds: Annotated[float, Field(ge=0, le=3600)] = 5.0
    """Seconds for which it is served without asking again; 0 asks each time. Models count twelve times as long.

    It bounds how late a change made in LiteLLM itself is seen. Changes through Keydesk are seen at once.
    """
    stale_seconds: Annotated[float, Field(ge=0, le=86400)] = 60.0
    """Seconds for which it is still served while it is asked for again in the background."""
    outage_seconds: Annotated[float, Field(ge=0, le=2592000)] = 86400.0
    """Seconds for which it is served, marked with its age, while LiteLLM cannot be reached; 0 for not at all."""
    max_megabytes: Annotated[int, Field(ge=1, le=65536)] = 256
    """Memory for it. What was not used for longest makes room."""
