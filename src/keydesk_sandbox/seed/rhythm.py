"""How busy a key is on each day: working weeks, a trend, idle days and bursts."""

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import Final

_SATURDAY: Final = 5
_IDLE: Final = 0.07
_SPIKE: Final = 0.02


def daily_calls(dice: Random, dates: Sequence[date], busyness: float) -> Iterator[float]:
    """Yield the expected number of calls on each day; 0 for an idle one.

    Usage grows or shrinks over the whole period, pauses at weekends, and has occasional bursts.
    """
    start = dice.uniform(0.15, 1.3)
    weekend = dice.uniform(0.03, 0.3)
    last = max(1, len(dates) - 1)
    for number, day in enumerate(dates):
        level = busyness * (start + (1 - start) * number / last)
        if day.weekday() >= _SATURDAY:
            level *= weekend
        chance = dice.random()
        if chance < _IDLE:
            yield 0.0
        elif chance < _IDLE + _SPIKE:
            yield level * dice.uniform(3, 8)
        else:
            yield level * dice.uniform(0.5, 1.5)
