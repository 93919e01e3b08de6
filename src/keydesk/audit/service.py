"""Records a change around its effect: the intent before, the outcome after. No record, no change."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from keydesk.audit.models import Change, Intent, Outcome
from keydesk.audit.store import AuditStore
from keydesk.clock import Clock
from keydesk.litellm import BreakerOpen, LiteLLMError, Rejected, TimedOut, Unreachable, UpstreamFailed
from keydesk.problems import Problem

_log = structlog.get_logger(__name__)


class Audit:
    def __init__(self, store: AuditStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @asynccontextmanager
    async def recording(self, change: Change) -> AsyncIterator[Intent]:
        """Put `change` on record, let the block make it, record how it ended.

        Where nobody can say whether LiteLLM made the change (a timeout, a broken connection, a 5xx), the
        intent stays open: it is the trace by which the object is found and put right.
        Raises whatever the block raises, and SQLAlchemy's errors when the record cannot be written; then
        the block has not run.
        """
        intent = Intent(uuid.uuid4().hex, self._clock(), change, change.object_id)
        await self._store.add_intent(intent)
        try:
            yield intent
        except (Problem, LiteLLMError) as error:
            if had_no_effect(error):
                await self._store.add_outcome(intent, self._clock(), Outcome.FAILED, _reason(error))
            else:
                _log.warning(
                    "audit_intent_left_open", intent=intent.id, action=change.action, kind=_reason(error)
                )
            raise
        await self._store.add_outcome(intent, self._clock(), Outcome.SUCCEEDED, None)


def had_no_effect(error: Exception) -> bool:
    """Whether LiteLLM certainly changed nothing when it failed so."""
    if isinstance(error, Unreachable | TimedOut):
        return error.nothing_sent
    if isinstance(error, UpstreamFailed):
        return False
    return isinstance(error, Problem | Rejected | BreakerOpen)


def _reason(error: Problem | LiteLLMError) -> str:
    return error.slug if isinstance(error, Problem) else type(error).__name__
