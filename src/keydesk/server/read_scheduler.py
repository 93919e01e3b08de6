"""Limits how many requests are read in one iteration of the event loop, so that running requests make progress.

An iteration takes as long as everything that is ready in it. A request that waits for the database and LiteLLM needs
dozens of iterations. If each iteration read a thousand connections, such a request would time out.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

from uvicorn.server import ServerState

MAX_READS_PER_ITERATION = 8


class ReadScheduler:
    """Schedules the reads of one event loop, first come, first served."""

    def __init__(self, max_reads: int = MAX_READS_PER_ITERATION) -> None:
        self._max_reads = max_reads
        self._reads = 0
        self._is_scheduled = False
        self._waiting: deque[Callable[[], None]] = deque()

    def run(self, loop: asyncio.AbstractEventLoop, read: Callable[[], None]) -> bool:
        """Run `read` now and return True, or queue it for a later iteration and return False."""
        if not self._is_scheduled:
            self._is_scheduled = True
            loop.call_soon(self._run_waiting, loop)
        if self._waiting or self._reads >= self._max_reads:
            self._waiting.append(read)
            return False
        self._reads += 1
        read()
        return True

    def _run_waiting(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the next iteration with the reads that have waited longest."""
        self._reads = min(self._max_reads, len(self._waiting))
        self._is_scheduled = bool(self._waiting)
        if self._is_scheduled:
            loop.call_soon(self._run_waiting, loop)
        for _ in range(self._reads):
            self._waiting.popleft()()


_schedulers: WeakKeyDictionary[ServerState, ReadScheduler] = WeakKeyDictionary()


def read_scheduler_of(server: ServerState) -> ReadScheduler:
    """Return the scheduler that all connections of a server share."""
    return _schedulers.setdefault(server, ReadScheduler())
