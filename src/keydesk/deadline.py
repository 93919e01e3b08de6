"""How long a request may still wait for others: LiteLLM, Backstage, issuers, somebody who holds a lease.

Each of them has a time limit of its own; this one holds for all of them together. Work outside of a request
has no such limit. Cancels nothing: whoever waits asks first.
"""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def limited_to(seconds: float | None) -> Iterator[None]:
    """Everything in this block shares so many seconds. None lifts a limit that was set around it."""
    token = _ends_at.set(None if seconds is None else time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def remaining(at_most: float) -> float:
    """`at_most`, or the seconds that are left if they are fewer; never negative."""
    ends_at = _ends_at.get()
    return at_most if ends_at is None else max(0.0, min(at_most, ends_at - time.monotonic()))


def unhurried(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start work that others share, or that goes on after the request that began it: without that one's limit."""
    with limited_to(None):
        return asyncio.create_task(work)
