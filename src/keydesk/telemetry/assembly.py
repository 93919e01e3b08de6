"""What the settings ask to be told of the service: metrics, traces, an access log. Opens nothing by itself."""

from collections.abc import Callable, Sequence
from importlib.metadata import version

import structlog
from prometheus_client import CollectorRegistry

from keydesk.litellm import Attempt, OnCall
from keydesk.settings import Settings
from keydesk.telemetry.metrics import Metrics
from keydesk.telemetry.metrics_server import new_registry
from keydesk.telemetry.served import OnServed, Served
from keydesk.telemetry.tracing import Tracing, otlp_provider

_log = structlog.get_logger("keydesk.access")


class Observability:
    """`registry` and `tracing` are None where they are off; `also` is told of calls too.

    Raises TracingUnavailableError.
    """

    def __init__(self, settings: Settings, also: Sequence[OnCall] = ()) -> None:
        self.registry: CollectorRegistry | None = new_registry() if settings.metrics.enabled else None
        self.tracing: Tracing | None = None
        if settings.tracing.enabled:
            self.tracing = Tracing(otlp_provider(version("keydesk")), propagate=settings.tracing.propagate)
        self.observers: list[OnServed] = [log_request] if settings.logs.access else []
        self._on_call: list[OnCall] = list(also)
        if self.registry is not None:
            metrics = Metrics(self.registry)
            self.observers.append(metrics.served)
            self._on_call.append(metrics.called)
        if self.tracing is not None:
            self._on_call.append(self.tracing.called)

    @property
    def on_call(self) -> OnCall | None:
        """To be told of every call to LiteLLM, if anybody wants to know."""
        return self._tell if self._on_call else None

    @property
    def trace_headers(self) -> Callable[[], "dict[str, str]"] | None:
        tracing = self.tracing
        return (lambda: dict(tracing.headers())) if tracing is not None else None

    def _tell(self, attempt: Attempt) -> None:
        for on_call in self._on_call:
            on_call(attempt)

    async def aclose(self) -> None:
        """Send what is left of traces."""
        if self.tracing is not None:
            self.tracing.close()


def log_request(served: Served) -> None:
    """Log one line for each request. The request id is in the log's context already."""
    _log.info(
        "request",
        method=served.method,
        route=served.route,
        status=served.status,
        milliseconds=round(served.seconds * 1000, 1),
    )
