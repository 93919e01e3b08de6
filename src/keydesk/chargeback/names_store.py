"""Reads what Keydesk knows about the people, teams and keys in open statements."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select

from keydesk.auth.session_store import load_asserted
from keydesk.kit.people import Asserted
from keydesk.storage.database import Database
from keydesk.storage.key_index_tables import key_index
from keydesk.storage.statement_tables import statement_rows, statements
from keydesk.storage.tables import accounts, sessions

_BATCH = 500


@dataclass(frozen=True, slots=True)
class IndexedKey:
    key_id: str
    alias: str | None
    labels: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NamesStore:
    database: Database

    async def used(self, column: Literal["user_id", "team_id", "key_id"]) -> AsyncIterator[list[str]]:
        """Yield the ids in open statements, some at a time."""
        ids = statement_rows.c[column]
        open_months = select(statements.c.month).where(statements.c.frozen_at.is_(None))
        is_open = statement_rows.c.month.in_(open_months)
        query = select(ids).where(is_open).distinct().order_by(ids).limit(_BATCH)
        last = ""
        while True:
            async with self.database.reading() as connection:
                found = [*await connection.scalars(query.where(ids > last))]
            if found:
                yield found
            if len(found) < _BATCH:
                return
            last = found[-1]

    async def signed_in(self, refs: Sequence[str]) -> dict[str, Asserted]:
        """Return the claims of people with a session, for installations without a directory."""
        query = select(sessions.c.ref, sessions.c.asserted).where(sessions.c.ref.in_(refs))
        async with self.database.reading() as connection:
            rows = await connection.execute(query.order_by(sessions.c.seen_at))
            found = {row.ref: load_asserted(row.asserted) for row in rows}
        return {ref: asserted for ref, asserted in found.items() if asserted is not None}

    async def applied_metadata(self, user_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Return the metadata with which Keydesk created the accounts, by user id."""
        query = select(accounts.c.user_id, accounts.c.applied).where(accounts.c.user_id.in_(user_ids))
        async with self.database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return {row.user_id: row.applied.get("metadata") or {} for row in rows}

    async def keys(self, key_ids: Sequence[str]) -> list[IndexedKey]:
        """Return those of the keys that are in the index of all keys."""
        columns = (key_index.c.key_id, key_index.c.key_alias, key_index.c.labels)
        query = select(*columns).where(key_index.c.key_id.in_(key_ids))
        async with self.database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return [IndexedKey(row.key_id, row.key_alias, row.labels or {}) for row in rows]
