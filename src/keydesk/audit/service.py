"""Records a change around its effect: the intent before, the outcome after. No record, no change."""

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Protocol

import structlog

from keydesk.audit.entries import Kind, draft, ending, recorded_id, values_of
from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change, Intent, Outcome
from keydesk.audit.store import AlreadySettledError, AuditStore
from keydesk.kit.clock import Clock
from keydesk.kit.problems import NotRecorded, Problem
from keydesk.kit.redaction import cleaned
from keydesk.kit.request_context import current_request
from keydesk.litellm import BreakerOpen, LiteLLMError, Rejected, TimedOut, Unreachable, UpstreamFailed
from keydesk.storage.database import STORAGE_FAILURES
from keydesk.storage.invalidation_bus import InvalidationMessage, NoMessage

_log = structlog.get_logger(__name__)
_CLOCKS_APART = timedelta(hours=1)
"""By how much the clocks of two replicas may differ before one misses what the other has begun."""


class Touched(Protocol):
    """Told of a change and the id of its object once it may be made; must not raise."""

    async def __call__(self, change: Change, object_id: str | None, *, certain: bool = True) -> None:
        """`certain` is False where nobody knows whether it was made."""


class Announcement(InvalidationMessage, Protocol):
    """A message that can also make this process alone forget, where it could not be sent."""

    def drop_here(self) -> None: ...


class _NoAnnouncement(NoMessage):
    def drop_here(self) -> None:
        pass


def _no_announcement(change: Change, object_id: str | None) -> Announcement:  # noqa: ARG001 - as others have it
    return _NoAnnouncement()


async def _nobody_else(change: Change, object_id: str | None, *, certain: bool = True) -> None:
    pass


class Audit:
    """`announcing` makes the message of a change that was made, which goes out with its outcome.

    `touched` is told of a change of which nobody knows whether it was made.
    """

    def __init__(
        self,
        store: AuditStore,
        clock: Clock,
        touched: Touched = _nobody_else,
        announcing: Callable[[Change, str | None], Announcement] = _no_announcement,
    ) -> None:
        self._store = store
        self._clock = clock
        self.touched = touched
        self._announcing = announcing

    @asynccontextmanager
    async def recording(self, change: Change) -> AsyncIterator[Intent]:
        """Put `change` on record, let the block make it, record how it ended.

        Where nobody can say whether LiteLLM made the change (a timeout, a broken connection, a 5xx), the
        intent stays open: it is the trace by which the object is found and put right. So it does when
        something fails after the block has named what it created.
        Raises whatever the block raises; SQLAlchemy's errors when the intent cannot be written, and then the
        block has not run; NotRecorded when the outcome cannot.
        """
        intent = self._begun(change)
        await self._store.append(draft(Kind.INTENT, intent, intent.at, **values_of(change), **_from_where()))
        try:
            yield intent
        except (Problem, LiteLLMError) as error:
            if had_no_effect(error) and intent.object_id == change.object_id:
                await self._settle(intent, Outcome.FAILED, _reason(error))
            else:
                await self.touched(change, intent.object_id, certain=intent.object_id != change.object_id)
                _log.warning(
                    "audit_intent_left_open", intent=intent.id, action=change.action, kind=_reason(error)
                )
            raise
        except BaseException:
            await self.touched(change, intent.object_id)
            raise
        message = self._announcing(change, intent.object_id)
        try:
            await self._settle(intent, Outcome.SUCCEEDED, None, message)
        except BaseException:
            # The others find the open intent in the log.
            message.drop_here()
            raise
        await message.delivered()

    async def note(self, change: Change, outcome: Outcome = Outcome.SUCCEEDED) -> None:
        """Record something that has happened, or was refused. Raises SQLAlchemy's errors."""
        event = self._begun(change)
        said = {**values_of(change), **ending(outcome, None), **_from_where()}
        await self._store.append(draft(Kind.EVENT, event, event.at, **said))

    async def abandoned(self, age: timedelta, after: Intent | None = None, limit: int = 200) -> list[Intent]:
        """Return the intents that have been open for at least `age`, oldest first, starting behind `after`."""
        return await self._store.open_intents(age, limit, after)

    async def has_begun(self, action: Action, object_id: str, within: timedelta) -> bool:
        """Whether any replica began such a change of the object that lately, however it ended.

        True also for changes of up to an hour earlier: entries carry the time of the replica that wrote them.
        """
        since = self._clock() - within - _CLOCKS_APART
        return await self._store.has_begun(action, recorded_id(object_id), since)

    async def settle(self, intent: Intent, outcome: Outcome, reason: str | None = None) -> None:
        """Record how an abandoned change ended. Does nothing when somebody else did already."""
        message = self._announcing(intent.change, intent.object_id)
        try:
            await self._end(intent, outcome, reason, message)
        except AlreadySettledError:
            _log.info("audit_intent_settled_elsewhere", intent=intent.id)
            message.drop_here()
        else:
            await message.delivered()

    async def prune(self, days: int) -> int:
        """Take away entries older than that, and record it; answers how many there were."""
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
        said = {**ending(outcome, reason), **_from_where()}
        also = intent.also if outcome is Outcome.SUCCEEDED else ()
        await self._store.append(draft(Kind.OUTCOME, intent, self._clock(), **said), also, message)


def had_no_effect(error: Exception) -> bool:
    """Whether LiteLLM certainly changed nothing when it failed so."""
    if isinstance(error, Unreachable | TimedOut):
        return error.nothing_sent
    if isinstance(error, UpstreamFailed):
        return False
    return isinstance(error, Problem | Rejected | BreakerOpen)


def _reason(error: Problem | LiteLLMError) -> str:
    return error.slug if isinstance(error, Problem) else type(error).__name__


def _from_where() -> dict[str, str | None]:
    request = current_request()
    return {
        "request_id": request.request_id,
        "source": request.source and request.source[:64],
        "claimed_request_id": cleaned(request.claimed_request_id),
        "claimed_source": cleaned(request.claimed_source),
    }
