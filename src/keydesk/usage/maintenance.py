"""Maintains stored usage: reads recent days again for late spend, deletes old data, rebuilds on demand."""

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from keydesk.kit.clock import Clock
from keydesk.litellm import BadRequest, LiteLLMError, NotFound
from keydesk.settings import UsageKeeping
from keydesk.usage.coverage import Coverage, Interval
from keydesk.usage.fetch import ActivityReader, is_complete
from keydesk.usage.ingest import Ingest, fetched_days, last_settled
from keydesk.usage.store import UsageStore
from keydesk.usage.subjects import FetchedDays, Subject

_log = structlog.get_logger(__name__)
_BATCH_SIZE = 20
"""Subjects whose days are written in one transaction."""
_MAX_DURATION = dt.timedelta(minutes=8)
"""Shorter than the lease of the job, after which another replica takes over."""


@dataclass(slots=True)
class Maintenance:
    store: UsageStore
    reader: ActivityReader
    ingest: Ingest
    settings: UsageKeeping
    clock: Clock
    _day: dt.date = dt.date.min
    _incomplete: set[Subject] = field(default_factory=set)

    async def refresh(self) -> int:
        """Read the latest days of recently requested subjects again, once per day each. Return the number of subjects.

        Calls to LiteLLM are sequential, with pauses of the same length. Stops early if LiteLLM is unavailable.
        """
        started_at = self.clock()
        await self._begin_day(started_at.date())
        done = 0
        while self.clock() - started_at < _MAX_DURATION:
            subjects = await self._due(started_at.date())
            if not subjects:
                break
            try:
                done += await self._refresh_all(subjects, started_at.date())
            except LiteLLMError as error:
                _log.warning("usage_not_refreshed", kind=type(error).__name__)
                break
        return done

    async def forget(self, subject: Subject) -> Coverage:
        """Delete all stored days of a subject. Return them."""
        return await self.store.forget(subject)

    async def rebuild(
        self, subject: Subject, on_days: Callable[[int, int], None] = lambda _done, _total: None
    ) -> Coverage:
        """Delete all stored days of a subject and read them again. Raises LiteLLMError.

        `on_days` is called with the number of days that were read, and that of all days.
        """
        known = await self.store.forget(subject)
        done, total = 0, sum(interval.days for interval in known)
        on_days(done, total)
        for interval in reversed(known):
            async for piece, _ in self.ingest.pieces(subject, interval):
                done += piece.days
                on_days(done, total)
        return known

    async def _begin_day(self, today: dt.date) -> None:
        """Once per day, delete data past its retention period."""
        if self._day == today:
            return
        stored_since = self.ingest.oldest_stored(today)
        asked_since = today - dt.timedelta(days=self.settings.forget_after_days)
        if pruned := await self.store.prune(stored_since, asked_since):
            _log.info("usage_pruned", subjects=pruned)
        self._day = today
        self._incomplete.clear()

    async def _due(self, today: dt.date) -> list[Subject]:
        followed_since = today - dt.timedelta(days=self.settings.follow_days)
        limit = _BATCH_SIZE + len(self._incomplete)
        due = await self.store.due(today, followed_since, limit)
        return [subject for subject in due if subject not in self._incomplete][:_BATCH_SIZE]

    async def _refresh_all(self, subjects: Sequence[Subject], today: dt.date) -> int:
        fetched: list[FetchedDays] = []
        try:
            for subject in subjects:
                fetched += await self._latest(subject, today)
        finally:
            if fetched:
                await self.store.save(fetched, asked_on=today, by_job=True)
        return len(subjects)

    async def _latest(self, subject: Subject, today: dt.date) -> list[FetchedDays]:
        """Return the latest past days, empty if LiteLLM returns no complete figures today."""
        now = self.clock()
        start = today - dt.timedelta(days=max(1, self.settings.recheck_days))
        latest = Interval(start, last_settled(now, self.settings))
        fetched: list[FetchedDays] = []
        if latest:
            try:
                async for interval, activity in self.reader.pieces(subject, latest):
                    if is_complete(activity):
                        fetched.append(fetched_days(subject, interval, activity, now))
            except (BadRequest, NotFound) as refusal:
                _log.warning("usage_refused", subject=subject.kind, status=refusal.status)
        if not fetched:
            self._incomplete.add(subject)
        await asyncio.sleep((self.clock() - now).total_seconds())
        return fetched
