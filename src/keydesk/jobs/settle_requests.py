"""Takes back what was granted for a time, closes requests that nobody decided, and sends reminders of others."""

from dataclasses import dataclass

import structlog

from keydesk.audit.models import SYSTEM_ACTOR, Action, Intent
from keydesk.jobs.finding import MADE, NOT_MADE, Finding, made_if
from keydesk.kit.problems import Problem
from keydesk.litellm import LiteLLMError
from keydesk.requests.grant import Grant
from keydesk.requests.models import RequestState
from keydesk.requests.reminders import Reminders
from keydesk.requests.service import Requests
from keydesk.requests.steps import step
from keydesk.requests.store import RequestStore

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SettleRequests:
    requests: Requests
    reminders: Reminders

    async def apply(self) -> int:
        """Return the number of grants that ended. One that fails is tried again by the next run.

        Grants end even after requests are turned off.
        """
        ended, last = 0, ""
        store = self.requests.grants.store
        while due := await store.due(self.requests.clock(), last):
            for grant in due:
                ended += await self._end(grant)
            last = due[-1].target
        if self.requests.settings.enabled:
            await self.requests.expire(self.requests.clock())
            await self.reminders.send()
        return ended

    async def _end(self, grant: Grant) -> bool:
        requests = self.requests
        record = await requests.store.find(grant.request_id)
        also = [requests.store.ending(grant.request_id), *(requests.notices.of_end(record) if record else [])]
        try:
            if not await requests.grants.take_back(grant, also):
                return False
        except (LiteLLMError, Problem) as error:
            _log.warning("grant_not_taken_back", request=grant.request_id, kind=type(error).__name__)
            return False
        if record is not None:
            await requests.audit.note(step(record, SYSTEM_ACTOR, Action.GRANT_ENDED, RequestState.ENDED))
        return True


@dataclass(frozen=True, slots=True)
class RequestReconciliation:
    """Determines the outcome of a step of a request from the stored request."""

    store: RequestStore

    async def settle(self, intent: Intent) -> Finding:
        """Return the outcome of the step, which is stored in one transaction with its outcome or not at all."""
        change = intent.change
        record = await self.store.find(intent.object_id or "")
        if record is None:
            return NOT_MADE
        if change.action is Action.REQUESTED:
            return MADE
        if change.after.get("state") == RequestState.PENDING:
            return made_if(record.first is not None and record.first.by == change.actor)
        return made_if(record.decided_by == change.actor)
