"""Reads a subject's days from LiteLLM with the cheapest reliable call.

Pages are cheapest for few rows. The aggregated route needs one call for any number of rows, but returns nothing in
some releases. It is used only after its result has matched that of the pages.
"""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from typing import get_args

from cachetools import LRUCache, TTLCache

from keydesk.kit.clock import Clock
from keydesk.litellm import Activity, LiteLLM, LiteLLMError, TooManyPages, adds_up, same_figures
from keydesk.usage.coverage import ONE_DAY, Interval
from keydesk.usage.subjects import Subject, SubjectKind

_PIECE_PAGES = 16
"""Pages per chunk. Each chunk is stored on its own, so that a long read that fails keeps its progress."""
_MAX_LARGE_SUBJECTS = 10_000
_KINDS = len(get_args(SubjectKind))
_PROOF_LASTS = dt.timedelta(days=1)
_PAUSE_AFTER_DOUBT = dt.timedelta(minutes=10)


class ActivityReader:
    """Tracks which subjects need more than one page per day, and whether the aggregated route is reliable."""

    def __init__(self, gateway: LiteLLM, clock: Clock) -> None:
        self._gateway = gateway
        self._large: LRUCache[Subject, None] = LRUCache(_MAX_LARGE_SUBJECTS)
        self._proven: TTLCache[SubjectKind, None, dt.datetime] = TTLCache(_KINDS, _PROOF_LASTS, clock)
        self._unproven: TTLCache[SubjectKind, None, dt.datetime] = TTLCache(_KINDS, _PAUSE_AFTER_DOUBT, clock)

    async def pieces(
        self, subject: Subject, wanted: Interval, on_page: Callable[[], None] | None = None
    ) -> AsyncIterator[tuple[Interval, Activity]]:
        """Yield the days of `wanted`, newest first, in as few chunks as possible. `on_page` is called between pages.

        Raises LiteLLMError.
        """
        if subject in self._large and wanted.end - wanted.start <= ONE_DAY:
            activity = await self._aggregated(subject, wanted)
            if activity is not None:
                yield wanted, activity
                return
        try:
            activity = await self._paged(subject, wanted, on_page)
        except TooManyPages as refusal:
            if wanted.start == wanted.end or refusal.total_pages <= _PIECE_PAGES:
                raise
            for part in _newest_first(wanted, -(-refusal.total_pages // _PIECE_PAGES)):
                async for piece in self.pieces(subject, part, on_page):
                    yield piece
            return
        if activity.pages_read > 1 and wanted.end - wanted.start <= ONE_DAY:
            await self._mark_large(subject, wanted, activity)
        yield wanted, activity

    async def _paged(
        self, subject: Subject, wanted: Interval, on_page: Callable[[], None] | None
    ) -> Activity:
        page_limit = None if wanted.start == wanted.end else _PIECE_PAGES
        reports = self._gateway.activity
        read = reports.of_user if subject.kind == "user" else reports.of_team
        return await read(subject.name, wanted.start, wanted.end, max_pages=page_limit, on_page=on_page)

    async def _aggregated(self, subject: Subject, wanted: Interval) -> Activity | None:
        if subject.kind not in self._proven:
            return None
        activity = await self._ask_aggregated(subject, wanted)
        if activity is None or not is_complete(activity) or not has_every_day(activity, wanted):
            return None
        return activity

    async def _mark_large(self, subject: Subject, wanted: Interval, paged: Activity) -> None:
        """Mark a subject with many rows, and check whether the aggregated route is reliable."""
        self._large[subject] = None
        if subject.kind in self._proven or subject.kind in self._unproven:
            return
        self._unproven[subject.kind] = None
        try:
            aggregated = await self._ask_aggregated(subject, wanted)
        except LiteLLMError:
            return
        if aggregated is not None and is_complete(aggregated) and same_figures(aggregated, paged):
            self._proven[subject.kind] = None
            self._unproven.pop(subject.kind, None)

    async def _ask_aggregated(self, subject: Subject, wanted: Interval) -> Activity | None:
        reports = self._gateway.activity
        read = reports.aggregated_of_user if subject.kind == "user" else reports.aggregated_of_team
        return await read(subject.name, wanted.start, wanted.end)


def is_complete(activity: Activity) -> bool:
    """Return whether every breakdown is complete, so that the days can be stored."""
    return activity.complete and not activity.truncated_keys and all(map(adds_up, activity.days))


def has_every_day(activity: Activity, wanted: Interval) -> bool:
    """Return whether every day has usage. A day missing in an aggregated result may still have usage.

    Some releases return nothing for a subject with usage (LiteLLM issue 42460), also after a correct result.
    """
    return len(activity.days) > (wanted.end - wanted.start).days


def _newest_first(wanted: Interval, parts: int) -> list[Interval]:
    """Split the interval into about `parts` intervals."""
    length = max(1, -(-((wanted.end - wanted.start).days + 1) // parts))
    cut: list[Interval] = []
    end = wanted.end
    while end >= wanted.start:
        start = max(wanted.start, end - dt.timedelta(days=length - 1))
        cut.append(Interval(start, end))
        end = start - ONE_DAY
    return cut
