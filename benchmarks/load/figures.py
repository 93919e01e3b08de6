"""The results of a load, and their statistics. Pure."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PERCENTILES = (50, 95, 99)
OK = 200


@dataclass(frozen=True, slots=True)
class Figures:
    """One load of one subject.

    `milliseconds` are latencies by percentile; `failures` are responses other than 2xx and 3xx, and missing ones.
    `generator_seconds` is the processor time of the load generator, 0 if it was not measured.
    """

    connections: int
    seconds: float
    requests: int
    failures: int
    milliseconds: Mapping[int, float]
    generator_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0

    @property
    def p50(self) -> float:
        return self.milliseconds[50]

    @property
    def p99(self) -> float:
        return self.milliseconds[99]

    @property
    def generator_share(self) -> float:
        """Return the share of one core that the load generator used, 0 to 1."""
        return self.generator_seconds / self.seconds if self.seconds else 0.0


def figures_of(
    connections: int, seconds: float, latencies: Sequence[float], statuses: Counter[int]
) -> Figures:
    """Return the figures of latencies in seconds, in any order."""
    ascending = sorted(latencies)
    failures = len(ascending) - statuses[OK]
    milliseconds = {percent: 1000 * percentile(ascending, percent) for percent in PERCENTILES}
    return Figures(connections, seconds, len(ascending), failures, milliseconds)


def percentile(ascending: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of the values, or NaN without values."""
    if not ascending:
        return math.nan
    rank = math.ceil(percent / 100 * len(ascending))
    return ascending[max(rank, 1) - 1]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the least-squares slope of y over x, or 0 with fewer than two different x."""
    if not points:
        return 0.0
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    together = sum((x - middle_x) * (y - middle_y) for x, y in points)
    return together / spread if spread else 0.0


def ratio(numerator: float, denominator: float) -> float:
    """Return the ratio, or NaN for a division by zero, which a subject without responses would cause."""
    return numerator / denominator if denominator else math.nan
