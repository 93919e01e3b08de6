"""Maintains stored usage: reads recent days again for late spend, deletes old data, rebuilds on demand."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from keydesk.kit.clock import Clock
from keydesk.litellm import BadRequest, LiteLLMError, NotFound
from keydesk.settings import UsageKeeping
from keydesk.usage.coverage import Coverage, Interval
from keydesk.usage.fetch import ActivityReader, is_whole
from keydesk.usage.ingest import Ingest, finding_of, last_settled
from keydesk.usage.store import UsageStore
from keydesk.usage.subjects import Finding, Subject

_log = structlog.get_logger(__name__)
_TOGETHER = 20
"""Subjects whose days are written in one transaction."""
_ROUND_LASTS = dt.timedelta(minutes=8)
"""Shorter than the lease of the job, after which another replica takes over."""


@dataclass(slots=True)
class Maintenance:
    store: UsageStore
    reader: ActivityReader
    ingest: Ingest
    settings: UsageKeeping
    clock: Clock
    _day: dt.date = dt.date.min
    _in_vain: set[Subject] = field(default_factory=set)

    async def refresh(self) -> int:
        """Read the latest days of recently requested subjects again, once per day each. Return the number of subjects.

        Calls to LiteLLM are sequential, with pauses of the same length. Stops early if LiteLLM is unavailable.
        """
        began = self.clock()
        await self._begin_day(began.date())
        done = 0
        while self.clock() - began < _ROUND_LASTS:
            subjects = await self._due(began.date())
            if not subjects:
                break
            try:
                done += await self._refresh_all(subjects, began.date())
            except LiteLLMError as error:
                _log.warning("usage_not_refreshed", kind=type(error).__name__)
                break
        return done

    async def forget(self, subject: Subject) -> Coverage:
        """Delete all stored days of a subject. Return them."""
        return await self.store.forget(subject)

    async def rebuild(self, subject: Subject) -> Coverage:
        """Delete all stored days of a subject and read them again. Raises LiteLLMError."""
        known = await self.store.forget(subject)
        await self.ingest.run(subject, known)
        return known

    async def _begin_day(self, today: dt.date) -> None:
        """Once per day, delete data past its retention period."""
        if self._day == today:
            return
        kept_since = self.ingest.oldest_kept(today)
        asked_since = today - dt.timedelta(days=self.settings.forget_after_days)
        if pruned := await self.store.prune(kept_since, asked_since):
            _log.info("usage_pruned", subjects=pruned)
        self._day = today
        self._in_vain.clear()

    async def _due(self, today: dt.date) -> list[Subject]:
        followed_since = today - dt.timedelta(days=self.settings.follow_days)
        limit = _TOGETHER + len(self._in_vain)
        due = await self.store.due(today, followed_since, limit)
        return [subject for subject in due if subject not in self._in_vain][:_TOGETHER]

    async def _refresh_all(self, subjects: Sequence[Subject], today: dt.date) -> int:
        findings: list[Finding] = []
        try:
            for subject in subjects:
                findings += await self._latest(subject, today)
        finally:
            if findings:
                await self.store.keep(findings, asked_on=today, by_job=True)
        return len(subjects)

    async def _latest(self, subject: Subject, today: dt.date) -> list[Finding]:
        """Return the latest past days, empty if LiteLLM returns no complete figures today."""
        now = self.clock()
        start = today - dt.timedelta(days=max(1, self.settings.recheck_days))
        latest = Interval(start, last_settled(now, self.settings))
        findings: list[Finding] = []
        if latest:
            try:
                async for interval, activity in self.reader.pieces(subject, latest):
                    if is_whole(activity):
                        findings.append(finding_of(subject, interval, activity, now))
            except (BadRequest, NotFound) as refusal:
                _log.warning("usage_refused", subject=subject.kind, status=refusal.status)
        if not findings:
            self._in_vain.add(subject)
        await asyncio.sleep((self.clock() - now).total_seconds())
        return findings
