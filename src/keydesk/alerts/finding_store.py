"""Stores the findings of the watchdog. What a check no longer sees is removed."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Row, delete, select, update

from keydesk.alerts.findings import FindingKind, FindingView, Seen
from keydesk.notices.models import Notice
from keydesk.notices.outbox import Outbox
from keydesk.storage.alert_tables import findings as table
from keydesk.storage.database import Database

_SHOWN = 1000
_MARGIN = timedelta(minutes=5)
"""LiteLLM records a call that began before the first check later."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A finding. `first_at` identifies this occurrence. `is_new` is true for the check that confirms it."""

    seen: Seen
    first_at: datetime
    is_new: bool


class FindingStore:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    async def open(self) -> list[FindingView]:
        """Return the confirmed findings, newest first."""
        query = select(table).where(table.c.confirmed_at.is_not(None), table.c.kind.in_(list(FindingKind)))
        query = query.order_by(table.c.confirmed_at.desc(), table.c.id).limit(_SHOWN)
        async with self._database.reading() as connection:
            return [_view(row) for row in await connection.execute(query)]

    async def see(
        self, seen: Sequence[Seen], at: datetime, notice_of: Callable[[Confirmed], Notice]
    ) -> list[Confirmed]:
        """Store what a check saw, and return the findings among it.

        The notices of those that this check confirms are stored in the same transaction.
        """
        if not seen:
            return []
        known = await self._known([each.id for each in seen])
        found = [each for each in (_confirmed(one, known.get(one.id)) for one in seen) if each is not None]
        new = [each for each in found if each.is_new]
        ids = [each.seen.id for each in new]
        confirming = update(table).where(table.c.id.in_(ids), table.c.confirmed_at.is_(None))
        async with self._database.writing() as connection:
            await connection.execute(self._upsert(), [_row(each, known.get(each.id), at) for each in seen])
            if new:
                await connection.execute(confirming.values(confirmed_at=at))
            for statement in self._outbox.adding(map(notice_of, new)):
                await connection.execute(statement)
        return found

    async def forget_older(self, at: datetime) -> None:
        """Remove what no check has seen since `at`."""
        async with self._database.writing() as connection:
            await connection.execute(delete(table).where(table.c.seen_at < at))

    async def _known(self, ids: Collection[str]) -> dict[str, Row[Any]]:
        async with self._database.reading() as connection:
            rows = await connection.execute(select(table).where(table.c.id.in_(list(ids))))
            return {row.id: row for row in rows}

    def _upsert(self) -> Executable:
        new = self._database.insert_into(table)
        changed = {name: new.excluded[name] for name in ("details", "seen_at", "base_spend", "base_at")}
        return new.on_conflict_do_update(index_elements=[table.c.id], set_=changed)


def _confirmed(seen: Seen, row: Row[Any] | None) -> Confirmed | None:
    """Return the finding if an earlier check has seen it too.

    A key still answers if its spend grows between two reads after the check that found the budget used up. Its last
    use alone proves nothing, because LiteLLM also records refused calls.
    """
    if row is None:
        return None
    if row.confirmed_at is not None:
        return Confirmed(seen, row.first_at, is_new=False)
    use = seen.use
    if use is None:
        return Confirmed(seen, row.first_at, is_new=True)
    if row.base_at is None or use.read_at <= row.base_at or use.spend <= row.base_spend:
        return None
    is_later = use.last_used_at is not None and use.last_used_at > row.first_at + _MARGIN
    return Confirmed(seen, row.first_at, is_new=True) if is_later else None


def _row(seen: Seen, known: Row[Any] | None, at: datetime) -> dict[str, Any]:
    base = (known.base_spend, known.base_at) if known else (None, None)
    if known and known.base_at is None and seen.use and seen.use.read_at > known.first_at + _MARGIN:
        base = (seen.use.spend, seen.use.read_at)
    return {
        "id": seen.id,
        "kind": seen.kind.value,
        "subject": seen.subject,
        "details": dict(seen.details),
        "first_at": at,
        "base_spend": base[0],
        "base_at": base[1],
        "confirmed_at": None,
        "seen_at": at,
    }


def _view(row: Row[Any]) -> FindingView:
    return FindingView(
        kind=row.kind, subject=row.subject, first_at=row.first_at, seen_at=row.seen_at, **row.details
    )
