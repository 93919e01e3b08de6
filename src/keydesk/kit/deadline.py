"""The deadline of a request: how long it may wait for LiteLLM, Backstage, identity providers and leases in total.

The deadline applies to all tasks of the request. Work outside of a request has no deadline. Nothing is cancelled:
callers use `remaining` as the timeout of each call.
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
    """Set the deadline for the code in the block. None removes an outer deadline."""
    token = _limit.set(None if seconds is None else _Limit(time.monotonic() + seconds))
    try:
        yield
    finally:
        _limit.reset(token)


def remaining(at_most: float) -> float:
    """Return the seconds until the deadline, at most `at_most` and never negative."""
    limit = _limit.get()
    return at_most if limit is None else max(0.0, min(at_most, limit.ends_at - time.monotonic()))


def extend_deadline(seconds: float) -> None:
    """Extend the deadline to `seconds` from now if it would end earlier. For a wait that makes progress."""
    limit = _limit.get()
    if limit is not None:
        limit.ends_at = max(limit.ends_at, time.monotonic() + seconds)


def detached_task(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start a task without the deadline of the current request, for work that outlives or is shared by requests."""
    with limited_to(None):
        return asyncio.create_task(work)
