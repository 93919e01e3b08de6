"""Batches lookups: keys requested in the same iteration of the event loop share one call."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Generic, TypeVar

from keydesk.kit.single_flight import SingleFlight

Value = TypeVar("Value")
Load = Callable[[Sequence[str]], Awaitable[Mapping[str, Value]]]


class Batcher(Generic[Value]):
    """Calls `load` with at most `batch_size` keys. A key is never part of two running calls."""

    def __init__(self, load: Load[Value], batch_size: int) -> None:
        self._load = load
        self._batch_size = batch_size
        self._calls: SingleFlight[str, Mapping[str, Value]] = SingleFlight()
        self._open_batch: list[str] | None = None

    def start(self, keys: Iterable[str]) -> set[asyncio.Task[Mapping[str, Value]]]:
        """Return the running or new calls for the keys. The caller does not have to await them."""
        return {self._call_for(key) for key in keys}

    async def answers(self, keys: Iterable[str]) -> dict[str, Value]:
        """Return the results of the calls for the keys, with their other keys. Raises the exceptions of `load`."""
        calls = self.start(keys)
        # Awaiting a call itself would cancel it, for all callers, when this caller is cancelled.
        done = (await asyncio.wait(calls))[0] if calls else set()
        answers: dict[str, Value] = {}
        for call in done:
            answers.update(call.result())
        return answers

    async def aclose(self) -> None:
        """Cancel the running calls."""
        await self._calls.aclose()

    def _call_for(self, key: str) -> asyncio.Task[Mapping[str, Value]]:
        call = self._calls.running(key)
        if call is not None:
            return call
        if self._open_batch is None or len(self._open_batch) >= self._batch_size:
            self._open_batch = []
            self._open_call = self._calls.start(key, partial(self._run, self._open_batch))
        else:
            self._calls.share(key, self._open_call)
        self._open_batch.append(key)
        return self._open_call

    async def _run(self, keys: list[str]) -> Mapping[str, Value]:
        await asyncio.sleep(0)  # Callers that are ready to run may still add keys.
        if self._open_batch is keys:
            self._open_batch = None
        return await self._load(tuple(keys))
