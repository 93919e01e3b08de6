"""A limit of so many a minute for each of many keys. Knows nothing of requests or people.

Not the library `limits`: its memory storage starts a thread for every few hits and goes over all keys in it.
"""

from collections.abc import Callable
from math import ceil

from cachetools import LRUCache

_SECONDS = 60.0
_REMEMBERED = 10_000


class RateLimiter:
    """The generic cell rate algorithm: a burst of a minute's worth, then one for each share of a minute that passes.

    Remembers the `remembered` keys that came last. `clock` counts seconds.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float], remembered: int = _REMEMBERED) -> None:
        self._each = _SECONDS / per_minute
        self._clock = clock
        self._free_at: LRUCache[str, float] = LRUCache(remembered)

    def take(self, key: str) -> int:
        """Count one more for `key`. 0 when it may go on, else the seconds to wait; what must wait is not counted."""
        wait = self.wait(key)
        if not wait:
            self._free_at[key] = max(self._free_at.get(key, 0.0), self._clock()) + self._each
        return wait

    def wait(self, key: str) -> int:
        """The seconds that `take` would tell `key` to wait. Counts nothing."""
        now = self._clock()
        excess = max(self._free_at.get(key, 0.0), now) + self._each - now - _SECONDS
        # Sums of shares come out a little above the minute they make up.
        return max(1, ceil(excess)) if excess > self._each / 1000 else 0
