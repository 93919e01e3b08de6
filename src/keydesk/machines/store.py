"""Stores signed-in machines. The rows of their sessions are in the table of all sessions."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, delete, insert, select, update

from keydesk.machines.models import ListedMachine, Machine
from keydesk.storage.database import Database
from keydesk.storage.machine_tables import machines
from keydesk.storage.tables import sessions


class MachineStore:
    """Raises SQLAlchemy's errors while the database is unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, machine: Machine) -> None:
        values = {name: getattr(machine, name) for name in Machine.__slots__}
        async with self._database.writing() as connection:
            await connection.execute(insert(machines).values(**values))

    async def find(self, id_hash: str) -> Machine | None:
        return await self._found(machines.c.id_hash == id_hash)

    async def find_of(self, ref: str, machine_id: str) -> Machine | None:
        return await self._found(machines.c.ref == ref, machines.c.id == machine_id)

    async def _found(self, *conditions: Any) -> Machine | None:
        async with self._database.reading() as connection:
            found = (await connection.execute(select(machines).where(*conditions))).one_or_none()
        return None if found is None else Machine(**found._mapping)  # noqa: SLF001 - SQLAlchemy's documented name

    async def rotate(self, before: Machine, after: Machine) -> bool:
        """Replace the tokens. Return False if another request has replaced them already."""
        tokens = ("access_hash", "access_expires_at", "refresh_hash")
        changed = (
            update(machines)
            .where(machines.c.id_hash == before.id_hash, machines.c.refresh_hash == before.refresh_hash)
            .values(**{name: getattr(after, name) for name in tokens})
        )
        async with self._database.writing() as connection:
            result: CursorResult[Any] = await connection.execute(changed)
            return result.rowcount == 1

    async def remove(self, id_hash: str) -> None:
        """Remove the machine with its session."""
        async with self._database.writing() as connection:
            await connection.execute(delete(machines).where(machines.c.id_hash == id_hash))
            await connection.execute(delete(sessions).where(sessions.c.id_hash == id_hash))

    async def of_person(self, ref: str) -> Sequence[ListedMachine]:
        """Return the person's machines, most recently used first. They may have expired."""
        shown = (machines.c.id, machines.c.name, machines.c.address)
        times = (sessions.c.created_at, sessions.c.seen_at, sessions.c.expires_at)
        found = (
            select(*shown, *times)
            .join(sessions, sessions.c.id_hash == machines.c.id_hash)
            .where(machines.c.ref == ref)
            .order_by(sessions.c.seen_at.desc(), machines.c.id)
        )
        async with self._database.reading() as connection:
            return [ListedMachine(*row) for row in await connection.execute(found)]

    async def remove_orphans(self) -> int:
        """Remove machines whose session has ended. Return their number."""
        over = delete(machines).where(machines.c.id_hash.not_in(select(sessions.c.id_hash)))
        async with self._database.writing() as connection:
            result: CursorResult[Any] = await connection.execute(over)
            return result.rowcount
