"""Migrations create exactly the tables of the code: on an empty database, repeatedly, and in parallel."""

from typing import Any

import anyio
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

import keydesk.storage.alert_tables
import keydesk.storage.allowance_tables
import keydesk.storage.key_index_tables
import keydesk.storage.machine_tables
import keydesk.storage.request_tables
import keydesk.storage.statement_tables  # noqa: F401 - these modules add their tables to the metadata
from keydesk.storage.database import Database
from keydesk.storage.migrate import migrate
from keydesk.storage.tables import metadata
from tests.unit.storage.conftest import opened

pytestmark = pytest.mark.anyio


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


def table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_the_newest_schema_matches_the_tables_of_the_code(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(table_names) == {*metadata.tables, "alembic_version"}


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await migrate(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_replicas_that_start_in_parallel_migrate_once(empty_database: str) -> None:
    replicas = [opened(empty_database) for _ in range(4)]
    async with anyio.create_task_group() as group:
        for replica in replicas:
            group.start_soon(migrate, replica)
    async with replicas[0].engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    for replica in replicas:
        await replica.close()
