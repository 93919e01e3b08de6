"""Reminds the approvers of requests that wait, and tells both sides before a request expires."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from keydesk.kit.clock import Clock
from keydesk.kit.durations import max_length_of
from keydesk.kit.problems import Problem
from keydesk.litellm import LiteLLMError
from keydesk.requests.approvers import Approvers
from keydesk.requests.models import RequestRecord
from keydesk.requests.notices import RequestNotices
from keydesk.requests.store import RequestStore
from keydesk.settings import Requests as Settings

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reminders:
    settings: Settings
    store: RequestStore
    approvers: Approvers
    notices: RequestNotices
    clock: Clock

    async def send(self) -> None:
        """Add the notices that are due to the outbox. Each request is marked in the same transaction."""
        if not self.notices.outbox.has_channels:
            return
        now = self.clock()
        if self.settings.remind_after is not None:
            interval = max_length_of(self.settings.remind_after)
            due = await self.store.unreminded(now - interval, now)
            await self._each(due, lambda record: self._remind(record, now, interval))
        if self.settings.warn_before_expiry is not None:
            due = await self.store.unwarned(now, now + max_length_of(self.settings.warn_before_expiry))
            await self._each(due, lambda record: self._warn(record, now))

    async def _each(
        self, due: Sequence[RequestRecord], send: Callable[[RequestRecord], Awaitable[None]]
    ) -> None:
        for record in due:
            try:
                await send(record)
            except (LiteLLMError, Problem) as error:
                # The team of the request is unknown. The next run tries again.
                _log.warning("request_not_reminded", request=record.id, kind=type(error).__name__)

    async def _remind(self, record: RequestRecord, now: datetime, interval: timedelta) -> None:
        groups, count = await self.approvers.groups_for(record), (now - record.created_at) // interval
        await self._store(self.store.reminding(record, now), self.notices.of_waiting(record, groups, count))

    async def _warn(self, record: RequestRecord, now: datetime) -> None:
        groups = await self.approvers.groups_for(record)
        await self._store(self.store.warning(record, now), self.notices.of_expiry(record, groups))

    async def _store(self, marking: Any, telling: Sequence[Any]) -> None:
        await self.store.run([marking, *telling])
