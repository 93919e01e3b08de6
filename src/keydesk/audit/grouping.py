"""Batches concurrent writes into one transaction."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from keydesk.kit.deadline import detached_task

T = TypeVar("T")
Write = Callable[[Sequence[T]], Awaitable[Sequence[Exception | None]]]
"""Writes all items or none. Returns an error for each refused item, else None."""


class GroupedWriter(Generic[T]):
    """Collects items while the previous group is being written. Keeps the order in which they were added."""

    def __init__(self, write: Write[T], largest_group: int = 500) -> None:
        self._write = write
        self._largest = largest_group
        self._waiting: deque[tuple[T, asyncio.Future[None]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def add(self, item: T) -> None:
        """Wait until the item is written. Raises the error of the write.

        If the caller is cancelled, it is unknown whether the item was written.
        """
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        if self._running is None or self._running.done():
            self._running = detached_task(self._run())
        await written

    async def _run(self) -> None:
        while self._waiting:
            size = min(self._largest, len(self._waiting))
            group = [self._waiting.popleft() for _ in range(size)]
            await self._write_group([each for each in group if not each[1].cancelled()])

    async def _write_group(self, group: Sequence[tuple[T, asyncio.Future[None]]]) -> None:
        if not group:
            return
        try:
            refusals = await self._write([item for item, _ in group])
        except Exception as error:  # noqa: BLE001 - it is raised again in `add`
            refusals = [error] * len(group)
        except BaseException:
            for _, written in group:
                written.cancel()
            raise
        for (_, written), refusal in zip(group, refusals, strict=True):
            if written.done():
                continue
            if refusal is None:
                written.set_result(None)
            else:
                written.set_exception(refusal)
