"""Assembles metrics, traces and the access log from the settings. Opens no connections."""

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
    """`registry` and `tracing` are None if they are off. `also` are further observers of calls to LiteLLM.

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
        """The observer of every call to LiteLLM, or None if nothing observes calls."""
        return self._observe_call if self._on_call else None

    @property
    def trace_headers(self) -> Callable[[], "dict[str, str]"] | None:
        tracing = self.tracing
        return (lambda: dict(tracing.headers())) if tracing is not None else None

    def _observe_call(self, attempt: Attempt) -> None:
        for on_call in self._on_call:
            on_call(attempt)

    async def aclose(self) -> None:
        """Export the remaining spans."""
        if self.tracing is not None:
            self.tracing.close()


def log_request(served: Served) -> None:
    """Log one line for each request. The log context already contains the request id."""
    _log.info(
        "request",
        method=served.method,
        route=served.route,
        status=served.status,
        milliseconds=round(served.seconds * 1000, 1),
    )
