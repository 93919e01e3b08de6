"""One log line for each request. It says what was asked and how it went, and neither by whom nor about what."""

import structlog

from keydesk.telemetry.served import Served

_log = structlog.get_logger("keydesk.access")


def log_request(served: Served) -> None:
    """The request id is in the log's context already."""
    _log.info(
        "request",
        method=served.method,
        route=served.route,
        status=served.status,
        milliseconds=round(served.seconds * 1000, 1),
    )
