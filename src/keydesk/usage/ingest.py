"""Reads days from LiteLLM. Stores past days that are complete, and keeps all others in memory."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import structlog

from keydesk.kit.clock import Clock
from keydesk.litellm import Activity
from keydesk.settings import UsageKeeping
from keydesk.storage.database import STORAGE_FAILURES
from keydesk.usage.coverage import ONE_DAY, Interval, missing
from keydesk.usage.fetch import ActivityReader, is_complete
from keydesk.usage.recent import FetchedInterval, RecentDays
from keydesk.usage.store import UsageStore
from keydesk.usage.subjects import FetchedDays, Subject

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ingest:
    store: UsageStore
    reader: ActivityReader
    recent: RecentDays
    settings: UsageKeeping
    clock: Clock

    async def run(
        self, subject: Subject, unknown: Sequence[Interval], on_page: Callable[[], None] | None = None
    ) -> bool:
        """Read the given days, newest first. Return whether some were stored. `on_page` is called between pages.

        Raises LiteLLMError; days read before the error stay stored.
        """
        stored_any = False
        for wanted in reversed(unknown):
            async for _, stored in self.pieces(subject, wanted, on_page):
                stored_any |= stored
        return stored_any

    async def pieces(
        self, subject: Subject, wanted: Interval, on_page: Callable[[], None] | None = None
    ) -> AsyncIterator[tuple[Interval, bool]]:
        """Read the days, newest first. Yield the days of each piece, and whether they were stored. See `run`."""
        started_at = self.clock()
        async for interval, activity in self.reader.pieces(subject, wanted, on_page):
            yield interval, await self._place(subject, interval, activity, started_at)

    async def _place(
        self, subject: Subject, interval: Interval, activity: Activity, read_at: dt.datetime
    ) -> bool:
        complete = is_complete(activity)
        if not complete:
            _log.warning("usage_not_whole", subject=subject.kind, complete=activity.complete)
        over = interval.within(
            Interval(self.oldest_stored(read_at.date()), last_settled(read_at, self.settings))
        )
        stored = bool(complete and over) and await self._save(fetched_days(subject, over, activity, read_at))
        if stored:
            self.recent.forget(subject, over)
        for rest in missing(interval, [over] if stored else []):
            days = tuple(day for day in activity.days if day.date in rest)
            self.recent.put(subject, FetchedInterval(rest, days, read_at, complete))
        return stored

    async def _save(self, fetched: FetchedDays) -> bool:
        """Store the days and return whether this succeeded. Reads continue while the database is unavailable."""
        try:
            await self.store.save([fetched], asked_on=fetched.read_at.date())
        except STORAGE_FAILURES as error:
            _log.warning("usage_not_kept", kind=type(error).__name__)
            return False
        return True

    def oldest_stored(self, today: dt.date) -> dt.date:
        return today - dt.timedelta(days=self.settings.keep_days)


def fetched_days(
    subject: Subject, interval: Interval, activity: Activity, read_at: dt.datetime
) -> FetchedDays:
    """Return the interval's days of the activity."""
    return FetchedDays(subject, interval, [day for day in activity.days if day.date in interval], read_at)


def last_settled(now: dt.datetime, settings: UsageKeeping) -> dt.date:
    """Return the latest day whose figures count as final."""
    return (now - dt.timedelta(hours=settings.settled_after_hours)).date() - ONE_DAY
