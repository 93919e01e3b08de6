"""Stores the rows of the index and how far the keys have been read."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Executable, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from keydesk.audit.entries import Kind
from keydesk.audit.models import Action, AuditedTable
from keydesk.key_index.models import ChangedObject, IndexedHash, IndexState
from keydesk.kit.clock import Clock
from keydesk.storage.database import Database
from keydesk.storage.key_index_tables import key_index, key_index_state
from keydesk.storage.tables import audit_log

_ONLY = key_index_state.c.id == 1
_STATE = tuple(column for column in key_index_state.c if column.name != "id")
_GROUPS = (AuditedTable.TEAM, AuditedTable.MEMBERSHIP)
Row = dict[str, Any]


class KeyIndexStore:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def state(self) -> IndexState | None:
        """Return how far the keys have been read, or None before the first pass."""
        async with self._database.reading() as connection:
            row = (await connection.execute(select(*_STATE).where(_ONLY))).first()
        return IndexState(*row) if row else None

    async def last_change(self) -> int:
        """Return the number of the latest entry in the audit log."""
        async with self._database.reading() as connection:
            return (await connection.scalar(select(func.max(audit_log.c.seq)))) or 0

    async def begin(self, before: IndexState | None, pages: int) -> bool:
        """Begin a pass over so many pages. Return False if another process has begun one."""
        now, seq = self._clock(), await self.last_change()
        begun = {"page": pages, "pages": pages, "began_at": now}
        if before is None:
            row = self._database.insert_into(key_index_state).values(
                id=1, generation=1, audit_seq=seq, **begun
            )
            statement: Executable = row.on_conflict_do_nothing().returning(key_index_state.c.id)
        else:
            begun["generation"] = before.generation + 1
            statement = _advanced(before, begun)
        async with self._database.writing() as connection:
            return await connection.scalar(statement) is not None

    async def put_page(self, rows: Collection[Row], before: IndexState) -> bool:
        """Store a page of the pass, and that it has been read. Return False if another process has read it.

        Rows that the pass has found already stay as they are: they are as new, and a key with several secrets is
        described by the newest, which is on a later page and was read earlier.
        """
        assert before.page is not None  # noqa: S101 - a pass is in progress
        async with self._database.writing() as connection:
            if await connection.scalar(_advanced(before, {"page": before.page - 1})) is None:
                return False
            await self._put(connection, rows, only_older=True)
        return True

    async def put(self, rows: Collection[Row]) -> None:
        """Store keys that have just been read."""
        async with self._database.writing() as connection:
            await self._put(connection, rows, only_older=False)

    async def remove(self, key_id: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(key_index).where(key_index.c.key_id == key_id))

    async def keep_of_team(self, team_id: str, key_ids: Collection[str]) -> None:
        """Remove all other keys of the team."""
        gone = delete(key_index).where(key_index.c.team_id == team_id, key_index.c.key_id.not_in(key_ids))
        async with self._database.writing() as connection:
            await connection.execute(gone)

    async def finish(self, before: IndexState) -> None:
        """Record that the pass in progress is complete."""
        async with self._database.writing() as connection:
            await connection.execute(_advanced(before, {"page": None, "as_of": before.began_at}))

    async def not_found(self, generation: int, limit: int) -> list[IndexedHash]:
        """Return keys of the index that the pass has not found."""
        query = _hashes().where(key_index.c.generation < generation).order_by(key_index.c.key_id)
        async with self._database.reading() as connection:
            return [IndexedHash(*row) for row in await connection.execute(query.limit(limit))]

    async def hashes(self, key_ids: Sequence[str]) -> list[IndexedHash]:
        """Return where LiteLLM has these keys. Unknown ids are left out."""
        async with self._database.reading() as connection:
            rows = await connection.execute(_hashes().where(key_index.c.key_id.in_(key_ids)))
            return [IndexedHash(*row) for row in rows]

    async def changes(self, after: int, limit: int) -> list[ChangedObject]:
        """Return the recorded changes of keys, and the removals of teams and members, after an entry."""
        log = audit_log.c
        removed = log.table_name.in_(_GROUPS) & (log.action == Action.DELETED)
        query = (
            select(log.seq, log.table_name, log.action, log.object_id)
            .where(log.seq > after, log.kind == Kind.OUTCOME, log.object_id.is_not(None))
            .where((log.table_name == AuditedTable.KEY) | removed)
            .order_by(log.seq)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [ChangedObject(*row) for row in await connection.execute(query)]

    async def followed(self, seq: int) -> None:
        """Record that all changes up to an entry have been read again."""
        later = update(key_index_state).where(_ONLY, key_index_state.c.audit_seq < seq)
        async with self._database.writing() as connection:
            await connection.execute(later.values(audit_seq=seq))

    async def _put(self, connection: AsyncConnection, rows: Iterable[Row], *, only_older: bool) -> None:
        new = self._database.insert_into(key_index)
        values = {column.name: new.excluded[column.name] for column in key_index.c if not column.primary_key}
        older = key_index.c.generation < new.excluded.generation if only_older else None
        statement = new.on_conflict_do_update(index_elements=[key_index.c.key_id], set_=values, where=older)
        if found := list(rows):
            await connection.execute(statement, found)


def _hashes() -> Any:
    return select(key_index.c.key_id, key_index.c.sealed_hash)


def _advanced(before: IndexState, values: Row) -> Any:
    """Return the statement that changes the state if no other process has done so since `before`."""
    is_same = (
        key_index_state.c.page == before.page if before.page is not None else key_index_state.c.page.is_(None)
    )
    here = update(key_index_state).where(_ONLY, key_index_state.c.generation == before.generation, is_same)
    return here.values(**values).returning(key_index_state.c.id)
