"""Serves `/metrics` on an address of its own, in a thread of its own, so that it answers while the service is busy."""

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
    """A registry of its own for each application, with what there is to tell of the process."""
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    return registry


@contextmanager
def serving_metrics(registry: CollectorRegistry, host: str, port: int) -> Iterator[int]:
    """Serve until the end of the block; yields the port. Raises OSError when it is taken."""
    server, thread = start_http_server(port, host, registry)
    _log.info("metrics_served", host=host, port=server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
