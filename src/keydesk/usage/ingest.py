"""Reads days from LiteLLM and puts them where they belong: kept if they are over and whole, else in memory."""

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
        """Read all these days, newest first; whether some of them are kept now. `heard` is called between pages.

        Raises LiteLLMError; what was read before stays.
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
        """Whether it is kept. While the database is away people can still read."""
        try:
            await self.store.keep([finding], asked_on=finding.read_at.date())
        except STORAGE_FAILURES as error:
            _log.warning("usage_not_kept", kind=type(error).__name__)
            return False
        return True

    def oldest_kept(self, today: dt.date) -> dt.date:
        return today - dt.timedelta(days=self.settings.keep_days)


def finding_of(subject: Subject, interval: Interval, activity: Activity, read_at: dt.datetime) -> Finding:
    """What the activity tells of the interval."""
    return Finding(subject, interval, [day for day in activity.days if day.date in interval], read_at)


def last_settled(now: dt.datetime, settings: UsageKeeping) -> dt.date:
    """The newest day that counts as over."""
    return (now - dt.timedelta(hours=settings.settled_after_hours)).date() - ONE_DAY
