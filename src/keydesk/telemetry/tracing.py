"""Exports OpenTelemetry traces, an optional extra. Spans contain no addresses, queries, names or secrets.

The `OTEL_EXPORTER_OTLP_...` environment variables configure the exporter.
"""

import importlib.util
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from keydesk.litellm import Attempt

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

_NANOSECONDS = 1_000_000_000
_SERVER_ERROR = 500
_TRACEPARENT = "traceparent"


class TracingUnavailableError(ValueError):
    """Tracing is enabled, but its libraries are not installed."""

    def __init__(self) -> None:
        super().__init__("tracing.enabled: OpenTelemetry is not installed. Install keydesk[tracing]")


def otlp_provider(version: str) -> "TracerProvider":
    """Return a provider that exports spans in batches with OTLP over HTTP. Raises TracingUnavailableError."""
    if importlib.util.find_spec("opentelemetry.sdk") is None:
        raise TracingUnavailableError
    # Importing these takes a quarter of a second, and they exist only if the extra is installed.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above

    resource = Resource.create({"service.name": "keydesk", "service.version": version})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class Tracing:
    """Creates a span for each request and a child span for each call to LiteLLM."""

    def __init__(self, provider: "TracerProvider", *, propagate: bool) -> None:
        from opentelemetry import trace  # noqa: PLC0415 - only where tracing is on
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - see above
            TraceContextTextMapPropagator,
        )

        self._provider = provider
        self._propagate = propagate
        self._trace = trace
        self._propagator = TraceContextTextMapPropagator()
        self._tracer = provider.get_tracer("keydesk")

    @contextmanager
    def request(self, method: str, traceparent: str | None, *, end_on_exit: bool = True) -> Iterator["Span"]:
        """Start the span of a request. It continues the caller's trace only if propagation is enabled."""
        carrier = {_TRACEPARENT: traceparent} if traceparent and self._propagate else {}
        parent = self._propagator.extract(carrier)
        with self._tracer.start_as_current_span(
            method,
            context=parent,
            kind=self._trace.SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
            end_on_exit=end_on_exit,
        ) as span:
            yield span

    def served(self, span: "Span", route: str, method: str, status: int) -> None:
        """Set the route and the status of a request's span."""
        span.update_name(f"{method} {route}")
        span.set_attributes(
            {"http.request.method": method, "http.route": route, "http.response.status_code": status}
        )
        if status >= _SERVER_ERROR:
            span.set_status(self._trace.StatusCode.ERROR)

    def called(self, attempt: Attempt) -> None:
        """Record a finished call to LiteLLM as a child span."""
        ended_at = time.time_ns()
        span = self._tracer.start_span(
            f"{attempt.method} {attempt.route}",
            kind=self._trace.SpanKind.CLIENT,
            start_time=ended_at - int(attempt.seconds * _NANOSECONDS),
            attributes={"http.request.method": attempt.method, "url.template": attempt.route},
        )
        if attempt.status is not None:
            span.set_attribute("http.response.status_code", attempt.status)
        if attempt.failure is not None:
            span.set_attribute("error.type", attempt.failure)
        if attempt.status is None or attempt.status >= _SERVER_ERROR:
            span.set_status(self._trace.StatusCode.ERROR)
        span.end(ended_at)

    def headers(self) -> Mapping[str, str]:
        """Return the headers that propagate the trace to LiteLLM. Empty unless propagation is enabled."""
        carrier: dict[str, str] = {}
        if self._propagate:
            self._propagator.inject(carrier)
        return {name: value for name, value in carrier.items() if name == _TRACEPARENT}

    def close(self) -> None:
        """Export the remaining spans and shut down."""
        self._provider.shutdown()
