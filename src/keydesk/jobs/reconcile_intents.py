"""Finds changes without an outcome, after a crash or a lost response, and determines the outcome from LiteLLM."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from keydesk.audit.models import AuditedTable, Intent, Outcome
from keydesk.audit.service import Audit
from keydesk.jobs.finding import UNDECIDED, Finding
from keydesk.kit.problems import UpstreamBusy
from keydesk.litellm import BreakerOpen, LiteLLMError

ABANDONED_AFTER = timedelta(minutes=2)
"""Longer than any running change can take, because upstream calls time out."""
_log = structlog.get_logger(__name__)


class Reconciliation(Protocol):
    """Reconciles changes of one kind of object."""

    async def settle(self, intent: Intent) -> Finding:
        """Repair the effects of the change if necessary, and return its outcome. Raises LiteLLMError."""


@dataclass(frozen=True, slots=True)
class ReconcileIntents:
    audit: Audit
    by_table: Mapping[AuditedTable, Reconciliation]

    async def apply(self, after: timedelta = ABANDONED_AFTER) -> int:
        """Settle the changes that have been open for at least `after`, and return their number.

        A change that cannot be checked in LiteLLM stays open for the next run and does not delay other changes.
        """
        settled = 0
        async for intent in self._abandoned(after):
            try:
                settled += await self._settle(intent)
            except BreakerOpen:
                break
            except (LiteLLMError, UpstreamBusy) as error:
                _log.warning("audit_intent_not_reconciled", intent=intent.id, kind=type(error).__name__)
        return settled

    async def _abandoned(self, age: timedelta) -> AsyncIterator[Intent]:
        """Yield all abandoned intents, oldest first. They are read in pages."""
        last: Intent | None = None
        while page := await self.audit.abandoned(age, last):
            for intent in page:
                yield intent
            last = page[-1]

    async def _settle(self, intent: Intent) -> bool:
        reconciliation = self.by_table.get(intent.change.table)
        finding = await reconciliation.settle(intent) if reconciliation else UNDECIDED
        intent.object_id = finding.object_id or intent.object_id
        await self.audit.settle(intent, finding.outcome, finding.reason)
        level = "warning" if finding.outcome in {Outcome.UNDONE, Outcome.UNKNOWN} else "info"
        getattr(_log, level)(
            "audit_intent_reconciled",
            intent=intent.id,
            action=intent.change.action,
            outcome=finding.outcome,
            reason=finding.reason,
        )
        return True
