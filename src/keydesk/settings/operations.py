"""Running Keydesk: how much it takes on at a time, and what it tells of itself. What is told holds no secret."""

from typing import Annotated, Literal

from pydantic import Field

from keydesk.settings.section import Section
from keydesk.settings.values import Network, NonEmpty

PerMinute = Annotated[int, Field(ge=1, le=1_000_000)]


class Limits(Section):
    """How much Keydesk takes on at a time. Each process counts for itself."""

    reads_per_minute: PerMinute | None = 1200
    """Requests of one person that only read; null for no limit. All of a minute's may come at once."""
    writes_per_minute: PerMinute | None = 120
    """Requests of one person that change something; null for no limit."""
    failed_sign_ins_per_minute: PerMinute | None = 60
    """Refused credentials from one address; null for no limit. Valid ones from there keep working."""
    proxies: tuple[Network, ...] = ()
    """Reverse proxies whose X-Forwarded-For says which address failed to sign in."""
    concurrent_requests: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Requests answered at a time; more are answered with 503 at once. Health routes do not count."""
    concurrent_changes: Annotated[int, Field(ge=1, le=100_000)] = 24
    """Changes made at a time; more wait for two seconds at most, and are answered with 503 then."""


class Logs(Section):
    """What is logged to standard error, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important kind that is logged."""
    format: Literal["auto", "json", "text"] = "auto"
    """`json` is an object a line; `auto` is that unless a person watches."""
    access: bool = False
    """Log a line for each request, with its route, status and duration, and nobody's name."""


class Metrics(Section):
    """Figures for Prometheus, at `/metrics` on an address of their own. There is no sign-in to it."""

    enabled: bool = False
    """Whether there are any."""
    host: NonEmpty = "127.0.0.1"
    """The address to listen on."""
    port: Annotated[int, Field(ge=0, le=65535)] = 9464
    """The port; 0 is any free one."""


class Tracing(Section):
    """Traces for OpenTelemetry; needs `keydesk[tracing]`. `OTEL_...` variables say where they go."""

    enabled: bool = False
    """Whether requests and calls to LiteLLM are traced."""
    propagate: bool = False
    """Continue a caller's trace, and send `traceparent` to LiteLLM."""
