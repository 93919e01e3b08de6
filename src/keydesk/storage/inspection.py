"""Inspects a database without changing it: the schema's revision, the clock, and whether it is writable."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from keydesk.storage.database import Database
from keydesk.storage.database_time import database_time

UNUSABLE = (SQLAlchemyError, OSError)
"""The exceptions of a database that cannot be used, for any reason."""


class _RollBackError(Exception):
    """Rolls back a transaction."""


async def schema_revision(database: Database) -> str | None:
    """Return the revision of the last migration, or None without Keydesk's tables. Raises one of UNUSABLE."""
    async with database.reading() as connection:
        return await connection.run_sync(revision_in)


def revision_in(connection: Connection) -> str | None:
    """Return the same as `schema_revision`, using an open connection."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("select version_num from alembic_version"))
    return str(found) if found is not None else None


async def prove_writable(database: Database) -> None:
    """Create a table as a migration would, and roll back. Raises one of UNUSABLE."""
    with suppress(_RollBackError):
        async with database.writing() as connection:
            await connection.execute(text("create table keydesk_doctor (n integer)"))
            await connection.execute(text("insert into keydesk_doctor values (1)"))
            raise _RollBackError


async def time_of(database: Database) -> datetime:
    """Return the time of the database's clock. Raises one of UNUSABLE."""
    async with database.reading() as connection:
        now: datetime = (await connection.execute(select(database_time()))).scalar_one()
    return now
