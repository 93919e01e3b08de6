"""Requests are read a few a turn of the event loop: the others wait outside, so that those under way get on.

A turn takes as long as all that is ready in it, and a request that waits for the database and LiteLLM needs dozens of
turns. Were a thousand connections read in each, it would never end in time, and those that need one turn all would.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

from uvicorn.server import ServerState

MOST_A_TURN = 8


class ReadScheduler:
    """Of one event loop. First come, first served."""

    def __init__(self, most: int = MOST_A_TURN) -> None:
        self._most = most
        self._read = 0
        self._is_turning = False
        self._waiting: deque[Callable[[], None]] = deque()

    def take(self, loop: asyncio.AbstractEventLoop, read: Callable[[], None]) -> bool:
        """Read now, or in one of the next turns; whether it was now."""
        if not self._is_turning:
            self._is_turning = True
            loop.call_soon(self._turn, loop)
        if self._waiting or self._read >= self._most:
            self._waiting.append(read)
            return False
        self._read += 1
        read()
        return True

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """The next turn begins, with those who have waited longest."""
        self._read = min(self._most, len(self._waiting))
        self._is_turning = bool(self._waiting)
        if self._is_turning:
            loop.call_soon(self._turn, loop)
        for _ in range(self._read):
            self._waiting.popleft()()


_turns: WeakKeyDictionary[ServerState, ReadScheduler] = WeakKeyDictionary()


def turns_of(server: ServerState) -> ReadScheduler:
    """Those that all connections of a server share."""
    return _turns.setdefault(server, ReadScheduler())
