"""Reads days from LiteLLM. Stores past days that are complete, and keeps all others in memory."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from keydesk.kit.clock import Clock
from keydesk.litellm import Activity
from keydesk.settings import UsageKeeping
from keydesk.storage.database import STORAGE_FAILURES
from keydesk.usage.coverage import ONE_DAY, Interval, missing
from keydesk.usage.fetch import ActivityReader, is_whole
from keydesk.usage.recent import Piece, RecentDays
from keydesk.usage.store import UsageStore
from keydesk.usage.subjects import Finding, Subject

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ingest:
    store: UsageStore
    reader: ActivityReader
    recent: RecentDays
    settings: UsageKeeping
    clock: Clock

    async def run(
        self, subject: Subject, unknown: Sequence[Interval], heard: Callable[[], None] | None = None
    ) -> bool:
        """Read the given days, newest first. Return whether some were stored. `on_page` is called between pages.

        Raises LiteLLMError; days read before the error stay stored.
        """
        kept_some = False
        for wanted in reversed(unknown):
            began = self.clock()
            async for interval, activity in self.reader.pieces(subject, wanted, heard):
                kept_some |= await self._place(subject, interval, activity, began)
        return kept_some

    async def _place(
        self, subject: Subject, interval: Interval, activity: Activity, read_at: dt.datetime
    ) -> bool:
        whole = is_whole(activity)
        if not whole:
            _log.warning("usage_not_whole", subject=subject.kind, complete=activity.complete)
        over = interval.within(
            Interval(self.oldest_kept(read_at.date()), last_settled(read_at, self.settings))
        )
        kept = bool(whole and over) and await self._keep(finding_of(subject, over, activity, read_at))
        if kept:
            self.recent.forget(subject, over)
        for rest in missing(interval, [over] if kept else []):
            days = tuple(day for day in activity.days if day.date in rest)
            self.recent.put(subject, Piece(rest, days, read_at, whole))
        return kept

    async def _keep(self, finding: Finding) -> bool:
        """Store the days and return whether this succeeded. Reads continue while the database is unavailable."""
        try:
            await self.store.keep([finding], asked_on=finding.read_at.date())
        except STORAGE_FAILURES as error:
            _log.warning("usage_not_kept", kind=type(error).__name__)
            return False
        return True

    def oldest_kept(self, today: dt.date) -> dt.date:
        return today - dt.timedelta(days=self.settings.keep_days)


def finding_of(subject: Subject, interval: Interval, activity: Activity, read_at: dt.datetime) -> Finding:
    """Return the interval's days of the activity."""
    return Finding(subject, interval, [day for day in activity.days if day.date in interval], read_at)


def last_settled(now: dt.datetime, settings: UsageKeeping) -> dt.date:
    """Return the latest day whose figures count as final."""
    return (now - dt.timedelta(hours=settings.settled_after_hours)).date() - ONE_DAY
