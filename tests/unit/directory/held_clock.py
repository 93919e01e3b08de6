"""A fixed clock that a test advances."""

from datetime import UTC, datetime, timedelta


class ControlledClock:
    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self._now

    def advance(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        self._now += timedelta(hours=hours, minutes=minutes, seconds=seconds)
