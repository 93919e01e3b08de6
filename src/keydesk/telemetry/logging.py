"""Configures structured logs on standard error. Redacts everything that looks like a credential."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from keydesk.kit.redaction import redacted
from keydesk.kit.request_context import current_request

QUIET_LIBRARIES = ("httpx2", "httpcore2", "alembic")
"""Libraries whose logs below WARNING are dropped."""
LEVELS = {name.lower(): level for name, level in logging.getLevelNamesMapping().items()}


def add_request_id(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the ids of the current request. This is a structlog processor."""
    request = current_request()
    if request.request_id is not None:
        event.setdefault("request_id", request.request_id)
    if request.claimed_request_id is not None:
        event.setdefault("claimed_request_id", request.claimed_request_id)
    return event


def redact_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Redact every text of an event, including the rendered exception. This is a structlog processor."""
    return {
        name: redacted(value) if isinstance(value, str) else _redacted_value(value)
        for name, value in event.items()
    }


def _redacted_value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return redacted(repr(value))


def configure_logging(*, as_json: bool, level: int = logging.INFO) -> None:
    """Send the logs of Keydesk and of libraries through the same processors."""
    shared: list[Any] = [
        add_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact_event, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
