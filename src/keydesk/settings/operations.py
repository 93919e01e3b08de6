"""Settings for operators: limits, logs, metrics and traces. None of the output contains a secret."""

from typing import Annotated, Literal

from pydantic import Field

from keydesk.settings.section import Section
from keydesk.settings.values import Network, NonEmpty

PerMinute = Annotated[int, Field(ge=1, le=1_000_000)]


class Limits(Section):
    """Rate limits and concurrency limits. Each process counts separately."""

    reads_per_minute: PerMinute | None = 1200
    """Read requests per person and minute, or null for no limit. All requests of a minute can arrive in one burst."""
    writes_per_minute: PerMinute | None = 120
    """Write requests per person and minute, or null for no limit."""
    failed_sign_ins_per_minute: PerMinute | None = 60
    """Rejected credentials per IP address and minute, or null for no limit. Valid credentials from the address still
    work. Virtual keys that are sent to `GET /me` and do not exist have a limit of their own with the same value."""
    key_reads_per_minute: PerMinute | None = 60
    """Requests of each virtual key to `GET /me` per minute, or null for no limit."""
    proxies: tuple[Network, ...] = ()
    """Networks of reverse proxies. Keydesk trusts their X-Forwarded-For header when it counts failed sign-ins."""
    concurrent_requests: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Concurrent requests. Keydesk rejects additional requests with 503. Health checks do not count."""
    concurrent_changes: Annotated[int, Field(ge=1, le=100_000)] = 24
    """Concurrent write requests. Additional requests wait for at most two seconds, then get a 503."""


class Logs(Section):
    """Logging to standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The lowest log level that is written."""
    format: Literal["auto", "json", "text"] = "auto"
    """`json` writes one JSON object per line. `auto` writes text to a terminal and JSON otherwise."""
    access: bool = False
    """Log each request with its route, status and duration, without the user."""


class Metrics(Section):
    """Prometheus metrics at `/metrics`, on a separate port and without authentication."""

    enabled: bool = False
    """Enable metrics."""
    host: NonEmpty = "127.0.0.1"
    """The address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 9464
    """The port. Use 0 for any free port."""


class Tracing(Section):
    """OpenTelemetry traces. Requires `keydesk[tracing]`. Configure the exporter with `OTEL_...` variables."""

    enabled: bool = False
    """Trace requests and calls to LiteLLM."""
    propagate: bool = False
    """Continue the caller's trace, and send `traceparent` to LiteLLM."""
