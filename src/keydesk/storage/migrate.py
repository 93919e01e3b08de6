"""Brings the database to the newest schema. Safe when several replicas start at once."""

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
"""An arbitrary number that only our migrations use as PostgreSQL advisory lock."""
_DEADLOCK, _LOCK_NOT_AVAILABLE = "40P01", "55P03"
"""SQLSTATEs of PostgreSQL."""
_ATTEMPTS = 20
PATIENCE = timedelta(minutes=2)
"""How long a change tries to get its locks."""


async def migrate(database: Database) -> None:
    """Apply all migrations that are missing, in one transaction.

    A schema of a newer release is left as it is: while an update rolls out, or is rolled back, both releases
    work on it (docs/how-to/upgrading.md says what that asks of migrations).
    """
    found, newest = await schema_revision(database), newest_revision()
    if found == newest:
        return
    if found is not None and found > newest:
        _log.warning("database_schema_is_newer", found=found, known=newest)
        return
    await change_schema(database, upgrade)


async def change_schema(database: Database, change: Callable[[Connection], None]) -> None:
    """Make a change in one transaction, while replicas work on the same tables.

    It takes its locks table by table and they take theirs in another order: PostgreSQL ends such a deadlock by
    failing one of the two. Where that is the change, or it stood in everybody's way for too long, it is tried again.
    """
    async for attempt in stamina.retry_context(on=_was_in_the_way, attempts=_ATTEMPTS, timeout=PATIENCE):
        with attempt:
            async with database.writing() as connection:
                await connection.run_sync(_lock)
                await connection.run_sync(change)


def newest_revision() -> str:
    """The revision of the newest migration: the files are named `<revision>_<what it does>.py`, in order."""
    return max(path.stem.partition("_")[0] for path in _MIGRATIONS.glob("versions/[0-9]*.py"))


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        # Everybody who needs a table stands in line behind a change that waits for it.
        connection.execute(text("set local lock_timeout = '2s'"))


def _was_in_the_way(error: Exception) -> bool:
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, OperationalError) else None
    return state in {_DEADLOCK, _LOCK_NOT_AVAILABLE}


def alembic_config(connection: Connection) -> "Config":
    """Return the configuration with which Alembic runs on this connection."""
    from alembic.config import Config  # noqa: PLC0415 - importing Alembic takes memory and a tenth of a second

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision within the caller's transaction."""
    from alembic import command  # noqa: PLC0415 - see above

    command.upgrade(alembic_config(connection), "head")
