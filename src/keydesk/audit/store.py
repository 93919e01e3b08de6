"""Appends entries to the log in batches and reads them in order. Entries are never changed.

Appending locks the row of the log's head, so that only one replica appends at a time.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Executable, Row, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from keydesk.audit.chain import Chain, Mark
from keydesk.audit.entries import MEMBERS, Draft, Entry, Kind
from keydesk.audit.grouping import GroupedWriter
from keydesk.audit.models import Action, AuditedTable, Change, Intent
from keydesk.storage.database import Database
from keydesk.storage.database_time import database_time
from keydesk.storage.invalidation_bus import InvalidationMessage
from keydesk.storage.tables import audit_log, audit_marks, audit_open_intents

HEAD, ANCHOR = "head", "anchor"
_log = structlog.get_logger(__name__)
_PAGE = 1000
_COLUMNS = tuple(audit_log.c[name] for name in MEMBERS)
_OPEN_ID = audit_open_intents.c.change_id
# The statements of every change exist once: to build one takes longer than to run it.
_LOCK_MARK = select(audit_marks).where(audit_marks.c.name == bindparam("mark")).with_for_update()
_STORE_MARK = update(audit_marks).where(audit_marks.c.name == bindparam("mark"))
_STILL_OPEN = select(_OPEN_ID).where(_OPEN_ID.in_(bindparam("ids", expanding=True)))
_ADD_ENTRIES = insert(audit_log)
_OPEN = insert(audit_open_intents).values(change_id=bindparam("change_id"), at=database_time())
_CLOSE = delete(audit_open_intents).where(_OPEN_ID.in_(bindparam("ids", expanding=True)))
Watch = Callable[[Iterable[Entry]], None]
_Item = tuple[Draft, Sequence[Executable], InvalidationMessage | None]


class AlreadySettledError(Exception):
    """The outcome of this intent has already been recorded."""


class AuditStore:
    """`watch` is called with entries after they are written."""

    def __init__(self, database: Database, chain: Chain, watch: Watch | None = None) -> None:
        self._database = database
        self._watch = watch
        self._writer = GroupedWriter(self._append)
        self.chain = chain
        self.written: Counter[tuple[str, str]] = Counter()
        """Number of entries that this process has written, by action and outcome. Intents have the outcome `begun`."""
        self.failures = 0
        """Number of entries that could not be written."""

    async def append(
        self, draft: Draft, also: Sequence[Executable] = (), message: InvalidationMessage | None = None
    ) -> None:
        """Append one entry, run `also` and send `message` in one transaction.

        Raises AlreadySettledError if the intent already has an outcome.
        """
        try:
            await self._writer.add((draft, also, message))
        except AlreadySettledError:
            raise
        except Exception:
            self.failures += 1
            raise

    async def mark(self, name: str) -> Mark | None:
        """Return the stored head or anchor without verifying its seal."""
        query = select(audit_marks).where(audit_marks.c.name == name)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return Mark(**row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's documented accessor

    async def last_seq(self) -> int:
        """Return the highest sequence number, or 0 if the log is empty."""
        async with self._database.reading() as connection:
            return (await connection.scalar(select(func.max(audit_log.c.seq)))) or 0

    async def entries(self, after_seq: int = 0, since: datetime | None = None) -> AsyncIterator[Entry]:
        """Yield the entries in order."""
        while True:
            query = select(*_COLUMNS).where(audit_log.c.seq > after_seq)
            if since is not None:
                query = query.where(audit_log.c.at >= since)
            async with self._database.reading() as connection:
                rows = (await connection.execute(query.order_by(audit_log.c.seq).limit(_PAGE))).all()
            for row in rows:
                yield _entry(row)
            if len(rows) < _PAGE:
                return
            after_seq = rows[-1].seq

    async def open_intents(self, age: timedelta, limit: int, after: Intent | None = None) -> list[Intent]:
        """Return the intents that have been open for at least `age`, oldest first, starting after `after`.

        Their age and `at` are based on the clock of the database, not on that of the replica.
        """
        opened = audit_open_intents.c
        query = (
            select(*_COLUMNS, opened.at.label("opened_at"))
            .join(audit_open_intents, opened.change_id == audit_log.c.change_id)
            .where(opened.at < database_time(-age), audit_log.c.kind == Kind.INTENT)
            .order_by(opened.at, opened.change_id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(tuple_(opened.at, opened.change_id) > (after.at, after.id))
        async with self._database.reading() as connection:
            return [_intent(row) for row in await connection.execute(query)]

    async def has_begun(self, action: Action, object_id: str, since: datetime) -> bool:
        """Return whether such a change of the object began after `since`, whatever its outcome."""
        query = select(audit_log.c.seq).where(
            audit_log.c.number.is_not(None),
            audit_log.c.action == action,
            audit_log.c.at >= since,
            audit_log.c.object_id == object_id,
        )
        async with self._database.reading() as connection:
            return (await connection.scalar(query.limit(1))) is not None

    async def prune(self, before: datetime) -> int:
        """Remove the entries before the first one that is recent or open, and store a sealed anchor.

        Removes nothing if the last of them has been modified. Otherwise, an attacker could backdate entries to get
        them removed and the removal sealed.
        """
        async with self._database.writing() as connection:
            await self._locked_mark(connection, HEAD)
            anchor = await self._locked_mark(connection, ANCHOR)
            last = await self._last_to_prune(connection, before)
            if last is None or last.seq <= anchor.seq:
                return 0
            if not self.chain.fits(last):
                _log.error(
                    "audit_log_not_pruned", seq=last.seq, reason="edited, or written with another secret"
                )
                return 0
            inner = select(func.max(audit_log.c.number)).where(audit_log.c.seq <= last.seq)
            number = (await connection.scalar(inner)) or anchor.number
            await connection.execute(delete(audit_log).where(audit_log.c.seq <= last.seq))
            await self._store_mark(connection, Mark(ANCHOR, last.seq, number, last.hash))
            return last.seq - anchor.seq

    async def _last_to_prune(self, connection: AsyncConnection, before: datetime) -> Entry | None:
        young = select(func.min(audit_log.c.seq)).where(audit_log.c.at >= before)
        is_open = select(func.min(audit_log.c.seq)).where(
            audit_log.c.change_id.in_(select(audit_open_intents.c.change_id))
        )
        ends = [end for query in (young, is_open) if (end := await connection.scalar(query)) is not None]
        query = select(*_COLUMNS).order_by(audit_log.c.seq.desc()).limit(1)
        if ends:
            query = query.where(audit_log.c.seq < min(ends))
        row = (await connection.execute(query)).first()
        return _entry(row) if row else None

    def _to_write_after(self, head: Mark) -> Mark:
        mark = self.chain.to_write_after(head)
        if mark is not head:
            _log.error("audit_head_not_ours", seq=head.seq, reason="forged, or written with another secret")
        return mark

    async def _append(self, items: Sequence[_Item]) -> Sequence[Exception | None]:
        drafts = [draft for draft, _, _ in items]
        async with self._database.writing() as connection:
            head = self._to_write_after(await self._locked_mark(connection, HEAD))
            refusals = await self._refusals(connection, drafts)
            entries: list[Entry] = []
            for (each, also, message), refusal in zip(items, refusals, strict=True):
                if refusal is None:
                    entry, head = self.chain.link(each, head)
                    entries.append(entry)
                    for statement in also:
                        await connection.execute(statement)
                    if message is not None:
                        await message.send(connection)
            if entries:
                await self._insert(connection, entries)
                await self._store_mark(connection, head)
        self.written.update((each.action, each.outcome or "begun") for each in entries)
        if self._watch is not None:
            self._watch(entries)
        return refusals

    async def _refusals(
        self, connection: AsyncConnection, drafts: Sequence[Draft]
    ) -> Sequence[Exception | None]:
        ends = [each.change_id for each in drafts if each.kind is Kind.OUTCOME]
        if not ends:
            return [None] * len(drafts)
        still_open = set(await connection.scalars(_STILL_OPEN, {"ids": ends}))
        refusals: list[Exception | None] = []
        for each in drafts:
            late = each.kind is Kind.OUTCOME and each.change_id not in still_open
            refusals.append(AlreadySettledError(each.change_id) if late else None)
            still_open.discard(each.change_id)
        return refusals

    async def _insert(self, connection: AsyncConnection, entries: Sequence[Entry]) -> None:
        await connection.execute(_ADD_ENTRIES, [entry.members() for entry in entries])
        opened = [{"change_id": each.change_id} for each in entries if each.kind is Kind.INTENT]
        if opened:
            await connection.execute(_OPEN, opened)
        ended = [each.change_id for each in entries if each.kind is Kind.OUTCOME]
        if ended:
            await connection.execute(_CLOSE, {"ids": ended})

    async def _locked_mark(self, connection: AsyncConnection, name: str) -> Mark:
        row = (await connection.execute(_LOCK_MARK, {"mark": name})).first()
        if row is None:
            start = self.chain.start(name).members()
            await connection.execute(
                self._database.insert_into(audit_marks).values(start).on_conflict_do_nothing()
            )
            row = (await connection.execute(_LOCK_MARK, {"mark": name})).one()
        return Mark(**row._mapping)  # noqa: SLF001 - SQLAlchemy's documented accessor

    async def _store_mark(self, connection: AsyncConnection, mark: Mark) -> None:
        values = self.chain.sealed_mark(mark).members()
        await connection.execute(_STORE_MARK, {"mark": mark.name, **values})


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{name: getattr(row, name) for name in MEMBERS})


def _intent(row: Any) -> Intent:
    entry = _entry(row)
    change = Change(
        entry.actor,
        Action(entry.action),
        AuditedTable(entry.table_name),
        entry.object_id,
        entry.before_value or {},
        entry.updated_values or {},
    )
    return Intent(entry.change_id, row.opened_at, change, entry.object_id)
