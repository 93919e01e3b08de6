"""Limits events per minute, separately for each key.

The library `limits` is not used because its memory storage starts threads that iterate over all keys.
"""

from collections.abc import Callable
from math import ceil

from cachetools import LRUCache

_SECONDS = 60.0
_REMEMBERED = 10_000


class RateLimiter:
    """The generic cell rate algorithm (GCRA), which allows a burst of one minute's events.

    Keeps the state of the `remembered` most recent keys. `clock` returns seconds.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float], remembered: int = _REMEMBERED) -> None:
        self._each = _SECONDS / per_minute
        self._clock = clock
        self._free_at: LRUCache[str, float] = LRUCache(remembered)

    def take(self, key: str) -> int:
        """Count an event of `key` and return 0, or return the seconds to wait without counting it."""
        wait = self.wait(key)
        if not wait:
            self.count(key)
        return wait

    def count(self, key: str) -> None:
        """Count an event of `key` that `wait` has just allowed."""
        self._free_at[key] = max(self._free_at.get(key, 0.0), self._clock()) + self._each

    def give_back(self, key: str) -> None:
        """Undo one `take` of `key`."""
        self._free_at[key] = self._free_at.get(key, 0.0) - self._each

    def wait(self, key: str) -> int:
        """Return the seconds that `take` would return, without counting an event."""
        now = self._clock()
        excess = max(self._free_at.get(key, 0.0), now) + self._each - now - _SECONDS
        # Rounding errors: the sum of the intervals can be slightly more than a minute.
        return max(1, ceil(excess)) if excess > self._each / 1000 else 0
