"""Closes statements. A closed statement does not change any more; its checksum is that of its CSV file."""

import hashlib
from dataclasses import dataclass

import structlog

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.chargeback.csv_rows import Layout, csv_parts
from keydesk.chargeback.models import Part, Rules, Statement
from keydesk.chargeback.naming import Naming
from keydesk.chargeback.policy import closes_at, is_settled, month_after, month_of, plain, usd_of
from keydesk.chargeback.search_store import StatementSearch
from keydesk.chargeback.store import StatementStore
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.problems import Conflicting, NotFound
from keydesk.settings import Chargeback
from keydesk.storage.leases import Leases

_log = structlog.get_logger(__name__)
_LEASE = "statements"


@dataclass(frozen=True, slots=True)
class Closing:
    store: StatementStore
    search: StatementSearch
    naming: Naming
    settings: Chargeback
    leases: Leases
    audit: Audit
    clock: Clock

    async def close_due(self, actor: str) -> list[str]:
        """Close all statements that are due, oldest first. Stops at the first month whose days were not all read."""
        closed: list[str] = []
        month, read_at = await self.store.first_month(), await self.store.read_at()
        while month is not None and closes_at(month, self.settings) <= self.clock():
            if not is_settled(month, read_at):
                _log.warning("statement_not_closed", month=month)
                break
            if await self._close(month, actor):
                closed.append(month)
            month = month_after(month)
        return closed

    async def close(self, month: str, actor: str) -> Statement:
        """Close a statement before it is due. Raises NotFound, and Conflicting if it cannot be closed."""
        first = await self.store.first_month()
        if first is None or month < first or month > month_of(self.clock().date()):
            raise NotFound(message("There is no statement for this month."))
        if not is_settled(month, await self.store.read_at()):
            raise Conflicting(
                message("The statement cannot be closed yet."),
                hint=message("Keydesk must read each day of the month from LiteLLM after it is over."),
            )
        if any(each.closed_at is None and each.month < month for each in await self.store.all()):
            raise Conflicting(
                message("The statement of an earlier month is open."),
                hint=message("Close the statements in order."),
            )
        await self._close(month, actor)
        found = await self.store.find(month)
        assert found is not None  # noqa: S101 - it was closed here or elsewhere
        return found

    async def _close(self, month: str, actor: str) -> bool:
        """Close a statement. Return False if it is closed already. Replicas wait for each other."""
        statement = await self.store.find(month)
        if statement is not None and statement.closed_at is not None:
            return False
        async with self.leases.hold(_LEASE):
            if statement is None or statement.frozen_at is None:
                await self.naming.refresh()
                await self.store.freeze(month, Rules.of(self.settings), self.clock())
            frozen = await self.store.find(month)
            if frozen is None or frozen.rules is None or frozen.closed_at is not None:
                return False
            await self._seal(frozen, frozen.rules, actor)
        return True

    async def _seal(self, statement: Statement, rules: Rules, actor: str) -> None:
        """Store the checksum. The rows are frozen, so that it is the same for every replica that computes it."""
        digest, whole = hashlib.sha256(), Part(statement, rules)
        async for part in csv_parts(self.search.batches(whole), Layout.of(rules)):
            digest.update(part.encode())
        sums = await self.search.sums(whole)
        checksum = digest.hexdigest()
        after = {"checksum": checksum, "spend_usd": plain(usd_of(sums.spend)), "rows": sums.rows}
        change = Change(actor, Action.CLOSED, AuditedTable.STATEMENT, statement.month, after=after)
        async with self.audit.recording(change) as intent:
            intent.also.append(self.store.sealing(statement.month, self.clock(), checksum, sums))
