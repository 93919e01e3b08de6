"""Records the intent of a change before it is made and the outcome after it. No change is made without a record."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from keydesk.audit.entries import Kind, draft, ending, recorded_id, values_of
from keydesk.audit.invalidation import Invalidation
from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change, Intent, Outcome
from keydesk.audit.store import AlreadySettledError, AuditStore
from keydesk.kit.clock import Clock
from keydesk.kit.problems import NotRecorded, Problem
from keydesk.kit.redaction import cleaned
from keydesk.kit.request_context import current_request
from keydesk.litellm import BreakerOpen, LiteLLMError, Rejected, TimedOut, Unreachable, UpstreamFailed
from keydesk.storage.database import STORAGE_FAILURES
from keydesk.storage.invalidation_bus import InvalidationMessage

_log = structlog.get_logger(__name__)
_MAX_CLOCK_DIFFERENCE = timedelta(hours=1)
"""Maximum difference between the clocks of replicas that `has_begun` tolerates."""


class Audit:
    """Records changes and events, and invalidates the cached data that a change affects."""

    def __init__(self, store: AuditStore, clock: Clock, invalidation: Invalidation | None = None) -> None:
        self._store = store
        self._clock = clock
        self._invalidation = invalidation or Invalidation()
        self.invalidate = self._invalidation.invalidate

    @asynccontextmanager
    async def recording(self, change: Change) -> AsyncIterator[Intent]:
        """Record the intent of `change`, run the block that makes the change, and record the outcome.

        The intent stays open if it is unknown whether LiteLLM made the change (timeout, broken connection, 5xx), or if
        the block fails after it has set `object_id`. Reconciliation finds the object through the open intent.
        Raises the errors of the block, SQLAlchemy's errors if the intent cannot be written (the block does not run
        then), and NotRecorded if the outcome cannot be written.
        """
        intent = self._begun(change)
        await self._store.append(
            draft(Kind.INTENT, intent, intent.at, **values_of(change), **_request_fields())
        )
        try:
            yield intent
        except (Problem, LiteLLMError) as error:
            if had_no_effect(error) and intent.object_id == change.object_id and not intent.has_begun:
                await self._settle(intent, Outcome.FAILED, _reason(error))
            else:
                await self.invalidate(change, intent.object_id, certain=intent.object_id != change.object_id)
                _log.warning(
                    "audit_intent_left_open", intent=intent.id, action=change.action, kind=_reason(error)
                )
            raise
        except BaseException:
            await self.invalidate(change, intent.object_id)
            raise
        message = self._invalidation.message(change, intent.object_id, intent.tags)
        try:
            await self._settle(intent, Outcome.SUCCEEDED, None, message)
        except BaseException:
            # Other processes find the open intent in the log.
            message.drop_here()
            raise
        await message.delivered()

    async def note(self, change: Change, outcome: Outcome = Outcome.SUCCEEDED) -> None:
        """Record an event that has happened or was refused. Raises SQLAlchemy's errors."""
        event = self._begun(change)
        fields = {**values_of(change), **ending(outcome, None), **_request_fields()}
        await self._store.append(draft(Kind.EVENT, event, event.at, **fields))

    async def abandoned(self, age: timedelta, after: Intent | None = None, limit: int = 200) -> list[Intent]:
        """Return the intents that have been open for at least `age`, oldest first, starting after `after`."""
        return await self._store.open_intents(age, limit, after)

    async def has_begun(self, action: Action, object_id: str, within: timedelta) -> bool:
        """Return whether a replica began such a change of the object within the given time, whatever its outcome.

        Can be true for changes that began up to one hour earlier, because entries have the time of their replica.
        """
        since = self._clock() - within - _MAX_CLOCK_DIFFERENCE
        return await self._store.has_begun(action, recorded_id(object_id), since)

    async def settle(self, intent: Intent, outcome: Outcome, reason: str | None = None) -> None:
        """Record the outcome of an abandoned change. Does nothing if an outcome is recorded already."""
        message = self._invalidation.message(intent.change, intent.object_id, intent.tags)
        try:
            await self._end(intent, outcome, reason, message)
        except AlreadySettledError:
            _log.info("audit_intent_settled_elsewhere", intent=intent.id)
            message.drop_here()
        else:
            await message.delivered()

    async def prune(self, days: int) -> int:
        """Remove entries older than `days` days and record the removal. Return the number of removed entries."""
        removed = await self._store.prune(self._clock() - timedelta(days=days))
        if removed:
            after = {"entries": removed, "older_than_days": days}
            await self.note(Change(SYSTEM_ACTOR, Action.PRUNED, AuditedTable.AUDIT_LOG, None, after=after))
        return removed

    def _begun(self, change: Change) -> Intent:
        return Intent(uuid.uuid4().hex, self._clock(), change, change.object_id)

    async def _settle(
        self, intent: Intent, outcome: Outcome, reason: str | None, message: InvalidationMessage | None = None
    ) -> None:
        try:
            await self._end(intent, outcome, reason, message)
        except (*STORAGE_FAILURES, AlreadySettledError) as error:
            _log.error("audit_outcome_not_recorded", intent=intent.id, kind=type(error).__name__)
            raise NotRecorded from error

    async def _end(
        self, intent: Intent, outcome: Outcome, reason: str | None, message: InvalidationMessage | None
    ) -> None:
        fields = {**ending(outcome, reason), **_request_fields()}
        also = intent.also if outcome is Outcome.SUCCEEDED else ()
        await self._store.append(draft(Kind.OUTCOME, intent, self._clock(), **fields), also, message)


def had_no_effect(error: Exception) -> bool:
    """Return whether the error proves that LiteLLM changed nothing."""
    if isinstance(error, Unreachable | TimedOut):
        return error.nothing_sent
    if isinstance(error, UpstreamFailed):
        return False
    return isinstance(error, Problem | Rejected | BreakerOpen)


def _reason(error: Problem | LiteLLMError) -> str:
    return error.slug if isinstance(error, Problem) else type(error).__name__


def _request_fields() -> dict[str, str | None]:
    request = current_request()
    return {
        "request_id": request.request_id,
        "source": request.source and request.source[:64],
        "claimed_request_id": cleaned(request.claimed_request_id),
        "claimed_source": cleaned(request.claimed_source),
    }
