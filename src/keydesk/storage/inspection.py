"""Looks at a database without changing it: its schema's revision, and whether it can be written."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from keydesk.storage.database import Database
from keydesk.storage.tables import database_time

UNUSABLE = (SQLAlchemyError, OSError)
"""What is raised by a database that cannot be used, for whatever reason."""


class _TakenBackError(Exception):
    """Ends a transaction that is not meant to stay."""


async def schema_revision(database: Database) -> str | None:
    """The revision of the last migration; None for a database without our tables. Raises one of UNUSABLE."""
    async with database.reading() as connection:
        return await connection.run_sync(revision_in)


def revision_in(connection: Connection) -> str | None:
    """As `schema_revision`, on a connection."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("select version_num from alembic_version"))
    return str(found) if found is not None else None


async def prove_writable(database: Database) -> None:
    """Make a table as a migration would, and take it back. Raises one of UNUSABLE."""
    with suppress(_TakenBackError):
        async with database.writing() as connection:
            await connection.execute(text("create table keydesk_doctor (n integer)"))
            await connection.execute(text("insert into keydesk_doctor values (1)"))
            raise _TakenBackError


async def time_of(database: Database) -> datetime:
    """Return the time by the database's own clock. Raises one of UNUSABLE."""
    async with database.reading() as connection:
        told: datetime = (await connection.execute(select(database_time()))).scalar_one()
    return told
