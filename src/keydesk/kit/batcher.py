"""Answers many askers with few calls: what is asked for in one turn of the event loop travels together."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import structlog

from keydesk.kit.deadline import detached_task

_log = structlog.get_logger(__name__)
Value = TypeVar("Value")
Load = Callable[[Sequence[str]], Awaitable[Mapping[str, Value]]]


class Batcher(Generic[Value]):
    """Calls `load` with up to `batch_size` keys, never with a key that is already on its way.

    A call belongs to nobody: it runs to its end although an asker has gone.
    """

    def __init__(self, load: Load[Value], batch_size: int) -> None:
        self._load = load
        self._batch_size = batch_size
        self._under_way: dict[str, asyncio.Task[Mapping[str, Value]]] = {}
        self._boarding: list[str] | None = None

    def start(self, keys: Iterable[str]) -> set[asyncio.Task[Mapping[str, Value]]]:
        """The calls, begun or joined, that will answer for the keys. Nobody needs to wait for them."""
        return {self._call_for(key) for key in keys}

    async def answers(self, keys: Iterable[str]) -> dict[str, Value]:
        """What the calls for the keys answered, other keys of theirs included. Raises what `load` raises."""
        calls = self.start(keys)
        # Waiting for the calls themselves would cancel them, for all others too, when this asker is cancelled.
        done = (await asyncio.wait(calls))[0] if calls else set()
        answers: dict[str, Value] = {}
        for call in done:
            answers.update(call.result())
        return answers

    async def aclose(self) -> None:
        """Give up what is under way."""
        calls = set(self._under_way.values())
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        self._under_way.clear()

    def _call_for(self, key: str) -> asyncio.Task[Mapping[str, Value]]:
        call = self._under_way.get(key)
        if call is None:
            if self._boarding is None or len(self._boarding) >= self._batch_size:
                self._boarding = []
                self._next = detached_task(self._run(self._boarding))
                self._next.add_done_callback(_looked_at)
            self._boarding.append(key)
            call = self._under_way[key] = self._next
        return call

    async def _run(self, keys: list[str]) -> Mapping[str, Value]:
        await asyncio.sleep(0)  # Whoever is ready to run now may still add keys.
        if self._boarding is keys:
            self._boarding = None
        try:
            return await self._load(tuple(keys))
        finally:
            for key in keys:
                self._under_way.pop(key, None)


def _looked_at(call: asyncio.Task[Mapping[str, Value]]) -> None:
    """Report the failure of a call that perhaps nobody waits for: `load` handles every failure it expects."""
    failure = None if call.cancelled() else call.exception()
    if failure is not None:
        _log.error("unexpected_failure_of_a_shared_call", exc_info=failure)
