"""Logs, including those of libraries, are JSON lines with the request id and without credentials."""

import json
import subprocess
import sys
from typing import Any

import pytest

PROGRAM = """
import logging
import structlog
from keydesk.kit.request_context import RequestContext, enter_request
from keydesk.telemetry.logging import LEVELS, configure_logging
configure_logging(as_json=True, level=LEVELS["{level}"])
enter_request(RequestContext(request_id="0123456789abcdef"))
structlog.get_logger("keydesk.test").info("key_made", secret="sk-4IlsQkgchRccLyI-2uDgag", number=7)
logging.getLogger("library").warning("connected to %s", "postgresql://keydesk:hunter2@db/keydesk")
try:
    raise ValueError("Bearer canary-token-0123")
except ValueError:
    structlog.get_logger("keydesk.test").exception("broken", hash="{hash}")
"""
HASH = "a27d597b73de62092f36cdf762cf86a7763f2ba47b082a7c0dfb08da1da9ffb6"


def logged(level: str) -> list[dict[str, Any]]:
    """Runs in its own process, because logging is configured once per process."""
    program = PROGRAM.format(level=level, hash=HASH)
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)  # noqa: S603 - our own program
    assert ended.stdout == ""
    return [json.loads(line) for line in ended.stderr.splitlines()]


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    return logged("info")


def test_every_line_is_a_json_object_with_the_request_id(lines: list[dict[str, Any]]) -> None:
    assert [line["event"] for line in lines[:1]] == ["key_made"]
    assert {line["request_id"] for line in lines} == {"0123456789abcdef"}
    assert [line["level"] for line in lines] == ["info", "warning", "error"]
    assert lines[0]["number"] == 7


def test_credentials_are_redacted(lines: list[dict[str, Any]]) -> None:
    text = json.dumps(lines)
    canaries = ("sk-4IlsQ", "hunter2", "canary-token", HASH)
    assert [canary for canary in canaries if canary in text] == []
    assert text.count("[hidden]") >= len(canaries)


def test_events_below_the_level_are_not_logged() -> None:
    assert [line["level"] for line in logged("warning")] == ["warning", "error"]
