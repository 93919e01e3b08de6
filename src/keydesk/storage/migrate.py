"""Brings the database to the newest schema. Safe when several replicas start at once."""

from pathlib import Path

import structlog
from sqlalchemy import Connection, text

from keydesk.storage.database import Database
from keydesk.storage.inspection import schema_revision

_log = structlog.get_logger(__name__)
_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x6B65796465736B
"""An arbitrary number that only our migrations use as PostgreSQL advisory lock."""


async def migrate(database: Database) -> None:
    """Apply all migrations that are missing, in one transaction.

    A schema of a newer release is left as it is: while an update rolls out, or is rolled back, both releases
    work on it (docs/upgrading.md says what that asks of migrations).
    """
    found, newest = await schema_revision(database), newest_revision()
    if found == newest:
        return
    if found is not None and found > newest:
        _log.warning("database_schema_is_newer", found=found, known=newest)
        return
    # Alembic costs memory and a tenth of a second, so it is loaded only where there is work for it.
    from keydesk.storage.alembic_run import upgrade  # noqa: PLC0415 - see above

    async with database.writing() as connection:
        await connection.run_sync(_lock)
        await connection.run_sync(upgrade)


def newest_revision() -> str:
    """The revision of the newest migration: the files are named `<revision>_<what it does>.py`, in order."""
    return max(path.stem.partition("_")[0] for path in _MIGRATIONS.glob("versions/[0-9]*.py"))


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
