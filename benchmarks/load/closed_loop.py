"""A closed loop: N workers, each sending the next request after a response.

For loads that `wrk` cannot make: several calls per response, alternating subjects, bodies that depend on responses.
"""

import asyncio
import itertools
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace

from benchmarks.load.figures import Figures, figures_of

Worker = Callable[[], Awaitable[int]]
"""Makes one request and returns the status of its response."""


async def closed_loop(workers: Sequence[Worker], requests: int) -> Figures:
    """Make this many requests, shared among the workers."""
    return await _loop(workers, itertools.repeat(None, requests))


async def timed_loop(workers: Sequence[Worker], seconds: float) -> Figures:
    """Make requests for this time; each worker makes at least one."""
    end = time.perf_counter() + seconds
    first = itertools.repeat(None, len(workers))
    return await _loop(workers, itertools.chain(first, iter(lambda: time.perf_counter() < end, False)))


async def in_turn(workers: Sequence[Worker], rounds: int) -> list[Figures]:
    """Alternate requests between the subjects, so that other load of the machine affects all alike."""
    for worker in workers:
        await worker()
    latencies: list[list[float]] = [[] for _ in workers]
    statuses: list[Counter[int]] = [Counter() for _ in workers]
    for _ in range(rounds):
        for number, worker in enumerate(workers):
            before = time.perf_counter()
            statuses[number][await worker()] += 1
            latencies[number].append(time.perf_counter() - before)
    return [figures_of(1, sum(own), own, statuses[number]) for number, own in enumerate(latencies)]


async def _loop(workers: Sequence[Worker], remaining: Iterable[object]) -> Figures:
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    shared = iter(remaining)

    async def work(worker: Worker) -> None:
        for _ in shared:
            before = time.perf_counter()
            status = await worker()
            latencies.append(time.perf_counter() - before)
            statuses[status] += 1

    cpu_before = time.process_time()
    before = time.perf_counter()
    await asyncio.gather(*(work(worker) for worker in workers))
    seconds = time.perf_counter() - before
    figures = figures_of(len(workers), seconds, latencies, statuses)
    return replace(figures, generator_seconds=time.process_time() - cpu_before)
