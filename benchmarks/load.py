"""The closed loop: N workers, each asking again as soon as it has been answered, for a fixed number of requests."""

import asyncio
import itertools
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

Worker = Callable[[], Awaitable[int]]
"""Makes one request and returns the status of its answer."""

_WARM_UP = 4
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Effort:
    """About how many seconds a loop is to take, and how many requests it makes at least."""

    seconds: float
    fewest: int

    def requests(self, per_second: float) -> int:
        """How many, at that pace."""
        return min(max(int(per_second * self.seconds), self.fewest), _MOST)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one loop measured. Latencies are in seconds, ascending; those of a warm-up are not among them."""

    connections: int
    seconds: float
    latencies: Sequence[float]
    statuses: Counter[int]
    warm_up: int = 0

    @property
    def requests(self) -> int:
        return len(self.latencies)

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    @property
    def failures(self) -> int:
        """Answers other than 200."""
        return self.requests - self.statuses[200]

    def percentile(self, percent: float) -> float:
        """The latency, in milliseconds, that so many per cent of the requests did not exceed (nearest rank)."""
        rank = math.ceil(percent / 100 * self.requests)
        return 1000 * self.latencies[max(rank, 1) - 1]


async def closed_loop(workers: Sequence[Worker], requests: int) -> Figures:
    """Make so many requests, shared among the workers."""
    remaining = itertools.repeat(None, requests)
    latencies: list[float] = []
    statuses: Counter[int] = Counter()

    async def work(worker: Worker) -> None:
        for _ in remaining:
            before = time.perf_counter()
            status = await worker()
            latencies.append(time.perf_counter() - before)
            statuses[status] += 1

    before = time.perf_counter()
    await asyncio.gather(*(work(worker) for worker in workers))
    seconds = time.perf_counter() - before
    return Figures(len(workers), seconds, sorted(latencies), statuses)


async def loop(workers: Sequence[Worker], effort: Effort) -> Figures:
    """A closed loop of the given effort: a short warm-up shows the pace, which fixes the number of requests."""
    pace = await closed_loop(workers, max(_WARM_UP, len(workers)))
    figures = await closed_loop(workers, effort.requests(pace.per_second))
    return replace(figures, warm_up=pace.requests)


async def in_turn(left: Worker, right: Worker, effort: Effort) -> tuple[Figures, Figures]:
    """One request to the left, one to the right, and so on: whatever else the machine does slows both alike."""
    paces = [await closed_loop([worker], _WARM_UP) for worker in (left, right)]
    rounds = effort.requests(_WARM_UP / sum(pace.seconds for pace in paces))
    lefts: list[Figures] = []
    rights: list[Figures] = []
    for _ in range(rounds):
        lefts.append(await closed_loop([left], 1))
        rights.append(await closed_loop([right], 1))
    return _together(lefts), _together(rights)


def _together(loops: Sequence[Figures]) -> Figures:
    latencies = sorted(latency for figures in loops for latency in figures.latencies)
    statuses = sum((figures.statuses for figures in loops), start=Counter[int]())
    return Figures(1, sum(latencies), latencies, statuses, _WARM_UP)
