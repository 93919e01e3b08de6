"""Migrates the database to the newest schema. Several replicas can start at the same time."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import stamina
import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from keydesk.storage.database import Database
from keydesk.storage.inspection import schema_revision

if TYPE_CHECKING:
    from alembic.config import Config

_log = structlog.get_logger(__name__)
_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x6B65796465736B
"""An arbitrary number for PostgreSQL's advisory lock. Only Keydesk's migrations use it."""
_DEADLOCK, _LOCK_NOT_AVAILABLE = "40P01", "55P03"
"""SQLSTATEs of PostgreSQL."""
_ATTEMPTS = 20
PATIENCE = timedelta(minutes=2)
"""The time in which a schema change retries to get its locks."""


async def migrate(database: Database) -> None:
    """Apply all missing migrations in one transaction.

    The schema of a newer release stays as it is: during a rollout or a rollback, both releases use it.
    docs/contributing/migrations.md lists the rules for migrations that follow from this.
    """
    found, newest = await schema_revision(database), newest_revision()
    if found == newest:
        return
    if found is not None and found > newest:
        _log.warning("database_schema_is_newer", found=found, known=newest)
        return
    await change_schema(database, upgrade)


async def change_schema(database: Database, change: Callable[[Connection], None]) -> None:
    """Change the schema in one transaction while replicas use the same tables.

    The change and the replicas lock tables in different orders. PostgreSQL ends such a deadlock by failing one
    transaction. If that is the change, or if the change waited for a lock for too long, it is retried.
    """
    async for attempt in stamina.retry_context(on=_is_lock_conflict, attempts=_ATTEMPTS, timeout=PATIENCE):
        with attempt:
            async with database.writing() as connection:
                await connection.run_sync(_lock)
                await connection.run_sync(change)


def newest_revision() -> str:
    """Return the revision of the newest migration. Files are named `<revision>_<description>.py`, in order."""
    return max(path.stem.partition("_")[0] for path in _MIGRATIONS.glob("versions/[0-9]*.py"))


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        # All queries on a table queue behind a change that waits for its lock, so it must not wait long.
        connection.execute(text("set local lock_timeout = '2s'"))
    else:
        # A transaction of SQLite begins, and locks the file, with its first statement.
        connection.execute(text("select 1"))


def _is_lock_conflict(error: Exception) -> bool:
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, OperationalError) else None
    return state in {_DEADLOCK, _LOCK_NOT_AVAILABLE}


def alembic_config(connection: Connection) -> "Config":
    """Return Alembic's configuration for this connection."""
    from alembic.config import Config  # noqa: PLC0415 - importing Alembic takes memory and a tenth of a second

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Upgrade the schema to the newest revision within the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - see above

    command.upgrade(alembic_config(connection), "head")
