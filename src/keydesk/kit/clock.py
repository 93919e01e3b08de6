"""The system clock. All other code receives a `Clock`, so that tests can control the time."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the current time, timezone-aware and in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
