"""The only reader of the date. Everything else is given a clock, so that tests can hold it still."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Answers the present moment, timezone-aware and in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
