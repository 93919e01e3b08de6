"""Requests and tokens per minute, counted in memory in windows that start with the first call."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_WINDOW: Final = timedelta(seconds=60)
_MOST: Final = 10_000


@dataclass(slots=True)
class Window:
    """The usage of one subject since `opened_at`."""

    opened_at: datetime
    requests: int = 0
    tokens: int = 0

    @property
    def resets_at(self) -> datetime:
        """Return the end of the window."""
        return self.opened_at + _WINDOW


class RateLimiter:
    """Counts per subject, such as `("api_key", token)`."""

    def __init__(self) -> None:
        self._windows: dict[tuple[str, ...], Window] = {}

    def window(self, subject: tuple[str, ...], now: datetime) -> Window:
        """Return the current window of a subject, or a new one if the last has ended."""
        if len(self._windows) > _MOST:
            self._windows = {each: kept for each, kept in self._windows.items() if now < kept.resets_at}
        window = self._windows.get(subject)
        if window is None or now >= window.resets_at or now < window.opened_at:
            window = self._windows[subject] = Window(now)
        return window
