"""The recent days of subjects, in memory only because their figures still change."""

import datetime as dt
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from cachetools import LRUCache

from keydesk.litellm import ActivityDay
from keydesk.usage.coverage import Interval
from keydesk.usage.subjects import Subject

_INTERVAL_BYTES = 1_000
_CELL_BYTES = 400
"""Estimated memory for a day's figures of one model and key."""


@dataclass(frozen=True, slots=True)
class FetchedInterval:
    """LiteLLM's figures for all days of an interval. `complete` is False if they may be incomplete."""

    interval: Interval
    days: tuple[ActivityDay, ...] = field(repr=False)
    read_at: dt.datetime
    complete: bool

    @property
    def size(self) -> int:
        cells = sum(len(model.keys) for day in self.days for model in day.models.values())
        return _INTERVAL_BYTES + _CELL_BYTES * cells


class RecentDays:
    """A cache limited in bytes. A new interval replaces overlapping ones."""

    def __init__(self, max_bytes: int) -> None:
        self._intervals: LRUCache[Subject, tuple[FetchedInterval, ...]] = LRUCache(max_bytes, _size)

    def of(self, subject: Subject) -> tuple[FetchedInterval, ...]:
        return self._intervals.get(subject) or ()

    def put(self, subject: Subject, fetched: FetchedInterval) -> None:
        others = (old for old in self.of(subject) if not old.interval.within(fetched.interval))
        self._set(subject, [fetched, *others])

    def forget(self, subject: Subject, known: Interval) -> None:
        """Drop the intervals that overlap with days that are stored now."""
        self._set(subject, [old for old in self.of(subject) if not old.interval.within(known)])

    def drop(self, subject: Subject) -> None:
        self._intervals.pop(subject, None)

    def _set(self, subject: Subject, intervals: Iterable[FetchedInterval]) -> None:
        listed = tuple(intervals)
        self.drop(subject)
        with suppress(ValueError):  # larger than the whole cache
            self._intervals[subject] = listed


def _size(intervals: Iterable[FetchedInterval]) -> int:
    return sum(fetched.size for fetched in intervals)
