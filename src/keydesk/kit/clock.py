"""The system clock. All other code receives a `Clock`, so that tests can control the time."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

Clock = Callable[[], datetime]
"""Returns the current time, timezone-aware and in UTC."""


# A partial of a built-in function needs no Python call: a cached read takes the time several times.
utc_now: Clock = partial(datetime.now, UTC)
