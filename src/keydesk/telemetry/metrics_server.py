"""Serves `/metrics` on a separate address and in a separate thread, so that it responds while the service is busy."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    start_http_server,
)

_log = structlog.get_logger(__name__)


def new_registry() -> CollectorRegistry:
    """Return a new registry with the metrics of the process. Each application has its own."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    return registry


@contextmanager
def serving_metrics(registry: CollectorRegistry, host: str, port: int) -> Iterator[int]:
    """Serve metrics for the length of the block and yield the port. Raises OSError if the port is in use."""
    server, thread = start_http_server(port, host, registry)
    _log.info("metrics_served", host=host, port=server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
