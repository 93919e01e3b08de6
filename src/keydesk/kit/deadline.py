"""How long a request may still wait for others: LiteLLM, Backstage, issuers, somebody who holds a lease.

Each of them has a time limit of its own; this one holds for all of them together, and for all tasks of the request.
Work outside of a request has no such limit. Cancels nothing: whoever waits asks first.
"""

import asyncio
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Limit:
    ends_at: float


_limit: ContextVar[_Limit | None] = ContextVar("limit", default=None)


@contextmanager
def limited_to(seconds: float | None) -> Iterator[None]:
    """Everything in this block shares so many seconds. None lifts a limit that was set around it."""
    token = _limit.set(None if seconds is None else _Limit(time.monotonic() + seconds))
    try:
        yield
    finally:
        _limit.reset(token)


def remaining(at_most: float) -> float:
    """`at_most`, or the seconds that are left if they are fewer; never negative."""
    limit = _limit.get()
    return at_most if limit is None else max(0.0, min(at_most, limit.ends_at - time.monotonic()))


def extend_deadline(seconds: float) -> None:
    """The request may wait so long from now on, if less was left: it waited for something that went on all the time."""
    limit = _limit.get()
    if limit is not None:
        limit.ends_at = max(limit.ends_at, time.monotonic() + seconds)


def detached_task(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start work that others share, or that goes on after the request that began it: without that one's limit."""
    with limited_to(None):
        return asyncio.create_task(work)
