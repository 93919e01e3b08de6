"""Reads the spend of everyone from LiteLLM, day by day, and closes the statements of past months."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from keydesk.accounts.store import AccountStore
from keydesk.audit.models import SYSTEM_ACTOR
from keydesk.chargeback.closing import Closing
from keydesk.chargeback.models import Amounts, Cell, DayRead, Named
from keydesk.chargeback.naming import Naming
from keydesk.chargeback.policy import due_days, month_of, nanos_of
from keydesk.chargeback.store import StatementStore
from keydesk.jobs.compare_spend_logs import CompareSpendLogs
from keydesk.keys.rotation_policy import name_of_key
from keydesk.kit.clock import Clock
from keydesk.litellm import LiteLLM, SpendDay
from keydesk.settings import Chargeback

_log = structlog.get_logger(__name__)
_WIDTH = 255


@dataclass(frozen=True, slots=True)
class RefreshStatements:
    """`key_id` converts LiteLLM's hash of any secret of a key to Keydesk's id of the key."""

    gateway: LiteLLM
    store: StatementStore
    naming: Naming
    closing: Closing
    comparison: CompareSpendLogs
    accounts: AccountStore
    settings: Chargeback
    key_id: Callable[[str], str]
    clock: Clock

    async def apply(self) -> int:
        """Read the days that are due, and close the months that are due. Return the number of days.

        Each day is stored on its own, so that a run that fails keeps its progress. Raises LiteLLMError.
        """
        if not self.settings.enabled:
            return 0
        days = await self.due()
        await self.read(*days)
        if days:
            await self.naming.refresh()
        await self.comparison.apply()
        if closed := await self.closing.close_due(SYSTEM_ACTOR):
            _log.info("statements_closed", months=closed)
        return len(days)

    async def due(self) -> list[dt.date]:
        """Return the days to read now."""
        now = self.clock()
        known = await self.store.first_month()
        first = min(filter(None, (self.settings.first_month, known or month_of(now.date()))))
        return due_days(first, await self.store.read_at(), now, self.settings)

    async def read(self, *days: dt.date, on_day: Callable[[], None] = lambda: None) -> None:
        """Read days from LiteLLM, and store each when it is read. Then call `on_day`. Raises LiteLLMError."""
        users = [account.user_id async for page in self.accounts.pages() for account in page]
        for day in days:
            await self._read(day, users)
            on_day()

    async def _read(self, day: dt.date, users: list[str]) -> None:
        read_at = self.clock()
        found = await self.gateway.spend.of_day(day, users)
        if not found.complete:
            _log.warning("statement_day_incomplete", day=day.isoformat())
        await self.store.put_day(self._converted(found, read_at))
        names = [
            Named("key", self.key_id(token), name_of_key(key.key_alias)) for token, key in found.keys.items()
        ]
        await self.store.remember_key_names(names)

    def _converted(self, found: SpendDay, read_at: dt.datetime) -> DayRead:
        cells: dict[Cell, Amounts] = {}
        for row in found.rows:
            key_id = self.key_id(row.token_hash) if row.token_hash else ""
            cell = Cell(
                (row.user_id or "")[:_WIDTH], key_id, (row.team_id or "")[:_WIDTH], row.model[:_WIDTH]
            )
            metrics = row.metrics
            amounts = Amounts(
                nanos_of(metrics.spend),
                metrics.prompt_tokens,
                metrics.completion_tokens,
                metrics.api_requests,
            )
            cells[cell] = cells.get(cell, Amounts()).plus(amounts)
        return DayRead(found.date, read_at, cells, nanos_of(found.total.spend), found.complete)
