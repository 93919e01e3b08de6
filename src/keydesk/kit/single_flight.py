"""Runs one call at a time for each key. Concurrent callers share its result or its exception."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Iterator
from functools import partial
from typing import Any, Generic, TypeVar

import structlog

from keydesk.kit.deadline import detached_task

_log = structlog.get_logger(__name__)
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Work = Callable[[], Coroutine[Any, Any, Value]]


class SingleFlight(Generic[Key, Value]):
    """Deduplicates calls. A call continues even if all its callers are cancelled.

    Exceptions that are not `expected` are logged, because all callers may be gone. With `keeps_deadline`, a call has
    the deadline of the request that started it; otherwise it has none.
    """

    def __init__(self, *expected: type[Exception], keeps_deadline: bool = False) -> None:
        self._expected = expected
        self._create_task = asyncio.create_task if keeps_deadline else detached_task
        self._calls: dict[Key, asyncio.Task[Value]] = {}
        self._tasks: set[asyncio.Task[Value]] = set()

    def __iter__(self) -> Iterator[Key]:
        """Iterate over the keys of the running calls."""
        return iter(tuple(self._calls))

    async def run(self, key: Key, work: Work[Value]) -> Value:
        """Join the running call or start one, and return its result. Raises what `work` raises."""
        return await asyncio.shield(self.start(key, work))

    def start(self, key: Key, work: Work[Value], *, join: bool = True) -> asyncio.Task[Value]:
        """Return the running call or a new one. Without `join`, start a call that other callers cannot join."""
        task = self.running(key) if join else None
        if task is None:
            task = self._create_task(work())
            self._tasks.add(task)
            task.add_done_callback(self._finished)
            if join:
                self.share(key, task)
        return task

    def share(self, key: Key, task: asyncio.Task[Value]) -> None:
        """Let callers of `key` join a call that was started for a different key."""
        self._calls[key] = task
        task.add_done_callback(partial(self._remove, key))

    def running(self, key: Key) -> asyncio.Task[Value] | None:
        task = self._calls.get(key)
        return None if task is None or task.done() else task

    def is_current(self, key: Key) -> bool:
        """Return whether the current task is the call for `key`."""
        return self._calls.get(key) is asyncio.current_task()

    def forget(self, key: Key) -> None:
        """Start a new call for the next caller. The running call continues."""
        self._calls.pop(key, None)

    async def settled(self) -> None:
        """Wait until no call is running."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def aclose(self) -> None:
        """Cancel the running calls."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _remove(self, key: Key, task: asyncio.Task[Value]) -> None:
        if self._calls.get(key) is task:
            del self._calls[key]

    def _finished(self, task: asyncio.Task[Value]) -> None:
        self._tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None and not isinstance(failure, self._expected):
            _log.error("shared_call_failed", exc_info=failure)
