"""Brings the database to the newest schema. Safe when several replicas start at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from keydesk.storage.database import Database

_LOCK = 0x6B65796465736B
"""An arbitrary number that only our migrations use as PostgreSQL advisory lock."""


async def migrate(database: Database) -> None:
    """Apply all migrations that are missing, in one transaction."""
    async with database.writing() as connection:
        await connection.run_sync(_upgrade)


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    command.upgrade(alembic_config(connection), "head")
