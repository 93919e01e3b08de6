"""Databases of all earlier releases are migrated with their rows. A newer schema is not changed."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    insert,
    select,
    text,
)
from structlog.testing import capture_logs

import keydesk.storage
from keydesk.accounts.store import AccountStore
from keydesk.storage.database import Database
from keydesk.storage.migrate import alembic_config, migrate, newest_revision
from tests.unit.storage.conftest import opened
from tests.unit.storage.test_migrations import differences

pytestmark = [pytest.mark.anyio, pytest.mark.long]

VERSIONS = Path(keydesk.storage.__file__).parent / "migrations" / "versions"
REVISIONS = sorted(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*.py"))
GIVEN_UP = {"audit_intents", "audit_outcomes"}
"""Tables from before the first release whose rows are not migrated."""
RULE_SINCE = REVISIONS.index("0003")
"""0003 itself did not follow the rule for migrations."""
ROWS = 3
VALUES: list[tuple[type[Any], Callable[[int], Any]]] = [
    (DateTime, lambda number: datetime(2026, 1, 1 + number, 12, tzinfo=UTC)),
    (Date, lambda number: date(2026, 1, 1 + number)),
    (JSON, lambda number: {"max_budget": number}),
    (Boolean, bool),
    (Integer, int),
    (Numeric, float),
    (Float, float),
    (LargeBinary, lambda number: bytes([number])),
]
"""A value for each row, by the kind of its column; anything else is text."""


def earlier_schema(connection: Connection, revision: str) -> None:
    command.upgrade(alembic_config(connection), revision)


def filled_tables(connection: Connection) -> dict[str, list[Any]]:
    """Insert rows into every table. Return them by table name."""
    metadata = MetaData()
    metadata.reflect(connection)
    tables = [table for table in metadata.sorted_tables if table.name != "alembic_version"]
    for table in tables:
        connection.execute(insert(table), [dict(values_for(table, number)) for number in range(ROWS)])
    return {table.name: rows_of(connection, table) for table in tables if table.name not in GIVEN_UP}


def values_for(table: Table, number: int) -> Iterator[tuple[str, Any]]:
    for column in table.columns:
        yield column.name, value_for(column, number)


def value_for(column: Column[Any], number: int) -> Any:
    for key in column.foreign_keys:
        return value_for(key.column, number)
    for kind, value in VALUES:
        if isinstance(column.type, kind):
            return value(number)
    return f"{number}-{column.name}"[: getattr(column.type, "length", None) or 40]


def rows_of(connection: Connection, table: Table) -> list[Any]:
    keys = list(table.primary_key.columns)
    return [tuple(row) for row in connection.execute(select(table).order_by(*keys))]


def rows_as_before(connection: Connection, before: dict[str, list[Any]]) -> list[str]:
    """Return the names of tables whose rows differ in the columns that they had."""
    changed = []
    for name, rows in before.items():
        table = Table(name, MetaData(), autoload_with=connection)
        now = [row[: len(rows[0])] for row in rows_of(connection, table)]
        if now != rows:
            changed.append(name)
    return changed


@pytest.mark.parametrize("revision", REVISIONS)
async def test_every_earlier_revision_is_migrated_with_its_rows(empty_database: str, revision: str) -> None:
    database = opened(empty_database)
    async with database.writing() as connection:
        await connection.run_sync(earlier_schema, revision)
        before = await connection.run_sync(filled_tables)
    await migrate(database)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.run_sync(rows_as_before, before) == []
    assert {"accounts", "keys", "leases"} <= before.keys()
    await database.close()


async def test_accounts_of_the_first_revision_can_be_read(empty_database: str) -> None:
    database = opened(empty_database)
    async with database.writing() as connection:
        await connection.run_sync(earlier_schema, REVISIONS[0])
        await connection.run_sync(filled_tables)
    await migrate(database)
    record = await AccountStore(database).find("1-user_id")
    assert record is not None
    assert (record.ref, record.applied) == ("1-ref", {"max_budget": 1})
    await database.close()


async def test_an_older_release_starts_on_a_newer_schema_and_does_not_change_it(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("update alembic_version set version_num = '9999'"))
    with capture_logs() as lines:
        await migrate(database)
    assert [line["event"] for line in lines] == ["database_schema_is_newer"]
    async with database.reading() as connection:
        assert await connection.scalar(text("select version_num from alembic_version")) == "9999"


def shape(connection: Connection) -> dict[str, dict[str, bool]]:
    """Return tables with their columns, and whether a column is optional for a release that does not know it."""
    metadata = MetaData()
    metadata.reflect(connection)
    return {
        table.name: {
            column.name: bool(column.nullable) or column.server_default is not None
            for column in table.columns
        }
        for table in metadata.sorted_tables
    }


@pytest.mark.parametrize(
    ("older", "newer"), list(pairwise(REVISIONS[RULE_SINCE:])), ids=REVISIONS[RULE_SINCE + 1 :]
)
async def test_a_revision_only_adds_to_the_previous_one(tmp_path: Path, older: str, newer: str) -> None:
    """docs/contributing/migrations.md requires it, so that the previous release works with the schema of this one."""
    database = opened(f"sqlite:///{tmp_path / 'keydesk.db'}")
    shapes = []
    for revision in (older, newer):
        async with database.writing() as connection:
            await connection.run_sync(earlier_schema, revision)
            shapes.append(await connection.run_sync(shape))
    await database.close()
    before, after = shapes
    assert before.keys() <= after.keys()
    for table, columns in before.items():
        assert columns.keys() <= after[table].keys(), table
        assert all(after[table][column] for column in after[table].keys() - columns.keys()), table


def test_revisions_are_numbered_in_order() -> None:
    """Keydesk compares revisions to find the newer one."""
    assert REVISIONS[-1] == newest_revision()
    assert all(revision.isdecimal() and len(revision) == 4 for revision in REVISIONS)
