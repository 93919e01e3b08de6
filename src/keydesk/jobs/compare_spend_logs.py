"""Reads the sums of LiteLLM's spend logs once a day, so that statements say how they compare."""

import datetime as dt
from dataclasses import dataclass

import structlog

from keydesk.chargeback.comparing import READ_EVERY
from keydesk.chargeback.policy import nanos_of
from keydesk.chargeback.store import StatementStore
from keydesk.kit.clock import Clock
from keydesk.litellm import LiteLLM, LiteLLMError
from keydesk.settings import Chargeback

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class CompareSpendLogs:
    """`tried_at` is when this process last called LiteLLM, so that a failure is not repeated every hour."""

    gateway: LiteLLM
    store: StatementStore
    settings: Chargeback
    clock: Clock
    tried_at: dt.datetime | None = None

    async def apply(self) -> bool:
        """Read and store the sums if this is due. Return whether they were stored.

        A failure is logged only: the statement then says that these days were not compared.
        """
        now = self.clock()
        if not self.settings.compare_spend_logs or not await self._is_due(now):
            return False
        self.tried_at = now
        try:
            found = await self.gateway.spend_logs.by_day()
        except LiteLLMError as error:
            _log.warning("spend_logs_not_compared", error=type(error).__name__)
            return False
        await self.store.put_logged({day: nanos_of(usd) for day, usd in found.items()}, now)
        return True

    async def _is_due(self, now: dt.datetime) -> bool:
        last = max(filter(None, (self.tried_at, await self.store.logged_at())), default=None)
        return last is None or now - last >= READ_EVERY
