"""Stores requests to sign in a machine, until they expire."""

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, insert, select, update

from keydesk.machines.models import Kind, SignInRequest, State
from keydesk.storage.database import Database
from keydesk.storage.machine_tables import machine_requests as requests


class RequestStore:
    """Raises SQLAlchemy's errors while the database is unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, request: SignInRequest) -> None:
        values = {name: getattr(request, name) for name in SignInRequest.__slots__}
        async with self._database.writing() as connection:
            await connection.execute(insert(requests).values(**values))

    async def find(self, request_id: str) -> SignInRequest | None:
        return await self._found(requests.c.id == request_id)

    async def find_by_user_code(self, user_code_hash: str) -> SignInRequest | None:
        return await self._found(requests.c.user_code_hash == user_code_hash)

    async def find_by_code(self, kind: Kind, code_hash: str) -> SignInRequest | None:
        return await self._found(requests.c.code_hash == code_hash, requests.c.kind == kind)

    async def _found(self, *conditions: Any) -> SignInRequest | None:
        async with self._database.reading() as connection:
            found = (await connection.execute(select(requests).where(*conditions))).one_or_none()
        if found is None:
            return None
        row = dict(found._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
        return SignInRequest(**row | {"kind": Kind(row["kind"]), "state": State(row["state"])})

    async def move(self, request: SignInRequest, state: State, now: datetime, **values: Any) -> bool:
        """Set a new state and the given columns. Return False if the request is not in its state anymore, or expired.

        The database decides, so that only one of several parallel changes of a request succeeds.
        """
        changed = (
            update(requests)
            .where(requests.c.id == request.id, requests.c.state == request.state)
            .where(requests.c.expires_at > now)
            .values(state=state, **values)
        )
        async with self._database.writing() as connection:
            result: CursorResult[Any] = await connection.execute(changed)
            return result.rowcount == 1

    async def change(self, request_id: str, **values: Any) -> None:
        """Set the given columns."""
        async with self._database.writing() as connection:
            await connection.execute(update(requests).where(requests.c.id == request_id).values(**values))

    async def remove_expired(self, now: datetime) -> int:
        """Remove expired requests. Return their number."""
        async with self._database.writing() as connection:
            result: CursorResult[Any] = await connection.execute(
                delete(requests).where(requests.c.expires_at <= now)
            )
            return result.rowcount
