"""Returns a subject's days: past days from the database, recent ones from memory or LiteLLM.

A read from LiteLLM is shared by all requests that need it and continues if a request is cancelled.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import structlog

from keydesk.kit.clock import Clock
from keydesk.kit.deadline import extend_deadline, remaining
from keydesk.kit.single_flight import SingleFlight
from keydesk.litellm import LiteLLMError, TimedOut
from keydesk.settings import UsageKeeping
from keydesk.storage.database import STORAGE_FAILURES
from keydesk.usage.coverage import Coverage, Interval, covering, missing
from keydesk.usage.figures import day_cells, day_figures
from keydesk.usage.ingest import Ingest
from keydesk.usage.names import NameLists, Names
from keydesk.usage.recent import FetchedInterval, RecentDays
from keydesk.usage.store import UsageStore
from keydesk.usage.subjects import StoredDay, StoredUsage, Subject, UsageData

_log = structlog.get_logger(__name__)
_ROUNDS = 3
_LATEST_DAYS = dt.timedelta(days=2)
_WAIT_FOR_LATEST_SECONDS = 5.0
"""How long a request waits for the latest days if it can return the other days without them."""
_RESPONSE_SECONDS = 2.0
"""Extra time for a request after the last response from LiteLLM."""


class UsageQueries:
    """Usage of all subjects. At most one read per subject runs at a time; requests that need it share it."""

    def __init__(
        self, store: UsageStore, ingest: Ingest, recent: RecentDays, settings: UsageKeeping, clock: Clock
    ) -> None:
        self._store = store
        self._ingest = ingest
        self._recent = recent
        self._settings = settings
        self._clock = clock
        self._readings: SingleFlight[Subject, bool] = SingleFlight(LiteLLMError)
        self._progress: WeakKeyDictionary[asyncio.Task[bool], _Progress] = WeakKeyDictionary()

    async def of(
        self, subject: Subject, wanted: Interval, *, cells: bool, max_age_seconds: float | None = None
    ) -> UsageData:
        """Return the available days of `wanted`. Days in memory are at most `max_age_seconds` old, if given.

        Raises LiteLLMError only if no day is available.
        """
        requested_at = self._clock()
        fresh_seconds = self._settings.fresh_seconds
        if max_age_seconds is not None:
            fresh_seconds = min(fresh_seconds, max_age_seconds)
        fresh_since = requested_at - dt.timedelta(seconds=fresh_seconds)
        requested = Interval(wanted.start, min(wanted.end, requested_at.date()))
        failure: LiteLLMError | None = None
        stored = await self._stored(subject, requested, cells=cells)
        for _ in range(_ROUNDS):
            unknown = missing(
                requested, [*_covered(stored), *self._fresh(subject, requested_at, fresh_since)]
            )
            if not unknown or failure is not None:
                break
            stored_any, failure = await self._read(subject, unknown, known=bool(_covered(stored)))
            if stored_any:
                stored = await self._stored(subject, requested, cells=cells)
        await self._record_request(subject, stored, requested_at.date())
        return self._merge(subject, requested, stored, failure, cells=cells)

    async def aclose(self) -> None:
        await self._readings.aclose()

    def _fresh(
        self, subject: Subject, requested_at: dt.datetime, fresh_since: dt.datetime
    ) -> Iterator[Interval]:
        """Yield the days in memory that need not be read again: read after `requested_at` or recently enough."""
        for fetched in self._recent.of(subject):
            if fetched.read_at >= requested_at or fetched.read_at > fresh_since:
                yield fetched.interval

    async def _stored(self, subject: Subject, requested: Interval, *, cells: bool) -> StoredUsage | None:
        """Return the stored days, or None while the database is unavailable; LiteLLM is then read instead."""
        try:
            return await self._store.find(subject, requested, cells=cells)
        except STORAGE_FAILURES as error:
            _log.warning("kept_usage_not_read", kind=type(error).__name__)
            return None

    async def _record_request(self, subject: Subject, stored: StoredUsage | None, today: dt.date) -> None:
        """Record the request once per day, so that unused data can be deleted."""
        if stored is None or stored.asked_on >= today:
            return
        try:
            await self._store.touch(subject, today)
        except STORAGE_FAILURES as error:
            _log.warning("asking_for_usage_not_noted", kind=type(error).__name__)

    async def _read(
        self, subject: Subject, unknown: Coverage, *, known: bool
    ) -> tuple[bool, LiteLLMError | None]:
        """Read the days or join a running read. Return whether some may be stored now, and the error if any."""
        new = _Progress()
        reading = self._readings.start(subject, lambda: self._ingest.run(subject, unknown, new.on_page))
        progress = self._progress.setdefault(reading, new)
        seconds = self._settings.wait_seconds
        if known and unknown[-1].end - unknown[0].start <= _LATEST_DAYS:
            seconds = min(seconds, _WAIT_FOR_LATEST_SECONDS)
        try:
            return await progress.wait(reading, seconds), None
        except LiteLLMError as failure:
            return True, failure
        except TimeoutError:
            return True, TimedOut("LiteLLM did not return the usage within the time limit of the request")

    def _merge(
        self,
        subject: Subject,
        requested: Interval,
        stored: StoredUsage | None,
        failure: LiteLLMError | None,
        *,
        cells: bool,
    ) -> UsageData:
        covered = _covered(stored)
        names = Names(stored.names if stored else NameLists(), self._store.key_id)
        days = (
            {day.day: day for day in stored.days if any(day.day in each for each in covered)}
            if stored
            else {}
        )
        used = [
            fetched
            for fetched in self._recent.of(subject)
            if missing(fetched.interval.within(requested), covered)
        ]
        for fetched in used:
            days |= _days_of(fetched, missing(requested, covered), names, cells=cells)
        known = covering(
            each.within(requested) for each in [*covered, *(fetched.interval for fetched in used)]
        )
        if not known and failure is not None:
            raise failure
        complete = (
            failure is None and not missing(requested, known) and all(fetched.complete for fetched in used)
        )
        times = [fetched.read_at for fetched in used] or [stored.read_at if stored else self._clock()]
        return UsageData(names, [days[at] for at in sorted(days)], complete, min(times))


class _Progress:
    """When LiteLLM last responded during a read."""

    def __init__(self) -> None:
        self._last_response_at = time.monotonic()

    def on_page(self) -> None:
        self._last_response_at = time.monotonic()

    async def wait(self, reading: asyncio.Task[bool], seconds: float) -> bool:
        """Wait at most until the request's deadline, or up to `seconds` while LiteLLM keeps responding.

        Raises TimeoutError, and what the read raises.
        """
        started_at, silence = time.monotonic(), remaining(seconds)
        until = started_at + silence
        while not reading.done():
            if (left := until - time.monotonic()) <= 0:
                raise TimeoutError
            await asyncio.wait({reading}, timeout=left)
            if self._last_response_at > started_at:
                until = min(started_at + seconds, max(until, self._last_response_at + silence))
                extend_deadline(_RESPONSE_SECONDS)
        return reading.result()


def _covered(stored: StoredUsage | None) -> Coverage:
    return stored.covered if stored else ()


def _days_of(
    fetched: FetchedInterval, unknown: Coverage, names: Names, *, cells: bool
) -> dict[dt.date, StoredDay]:
    return {
        day.date: StoredDay(day.date, day_figures(day, names), day_cells(day, names) if cells else None)
        for day in fetched.days
        if any(day.date in each for each in unknown)
    }
