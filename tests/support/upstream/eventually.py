"""Waits for data that a gateway records after its response (spend, usage). Asserts nothing about speed."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")

DEADLINE_SECONDS = 60.0
PAUSE_SECONDS = 0.25


async def eventually(read: Callable[[], Awaitable[T]], until: Callable[[T], bool]) -> T:
    """Read until `until` holds and return that result. After the deadline, fail with the last one."""
    deadline = anyio.current_time() + DEADLINE_SECONDS
    while not until(seen := await read()):
        if anyio.current_time() > deadline:
            raise AssertionError(f"after {DEADLINE_SECONDS:.0f} s it still reads {repr(seen)[:500]}")
        await anyio.sleep(PAUSE_SECONDS)
    return seen
