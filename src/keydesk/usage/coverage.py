"""Sets of days as intervals. Pure."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The days from `start` to `end`, both included; empty if `end` is before `start`."""

    start: dt.date
    end: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.start <= day <= self.end

    def __bool__(self) -> bool:
        return self.start <= self.end

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.end - self.start).days + 1

    def within(self, other: "Interval") -> "Interval":
        """Return the intersection."""
        return Interval(max(self.start, other.start), min(self.end, other.end))


Coverage = tuple[Interval, ...]
"""Non-empty intervals in ascending order, with at least one day between them."""


def covering(intervals: Iterable[Interval]) -> Coverage:
    """Return the union of the intervals."""
    found: list[Interval] = []
    for interval in sorted(filter(None, intervals)):
        if found and interval.start <= found[-1].end + ONE_DAY:
            found[-1] = Interval(found[-1].start, max(found[-1].end, interval.end))
        else:
            found.append(interval)
    return tuple(found)


def missing(wanted: Interval, known: Sequence[Interval]) -> Coverage:
    """Return the days of `wanted` that are in none of the intervals."""
    return tuple(_gaps(wanted, covering(known)))


def _gaps(wanted: Interval, known: Coverage) -> Iterator[Interval]:
    start = wanted.start
    for interval in known:
        if gap := Interval(start, min(wanted.end, interval.start - ONE_DAY)):
            yield gap
        start = max(start, interval.end + ONE_DAY)
    if gap := Interval(start, wanted.end):
        yield gap
