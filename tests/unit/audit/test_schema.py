"""The migrations create the tables that the code defines."""

import pytest
from sqlalchemy import Connection, inspect

from keydesk.storage.tables import audit_configuration, audit_log, audit_marks, audit_open_intents
from tests.unit.audit.logs import Log

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("table", [audit_log, audit_marks, audit_open_intents, audit_configuration], ids=str)
async def test_a_migrated_table_has_the_columns_and_indexes_of_the_code(log: Log, table: object) -> None:
    def look(connection: Connection) -> tuple[dict[str, bool], dict[str, list[str | None]]]:
        found = inspect(connection)
        columns = {column["name"]: bool(column["nullable"]) for column in found.get_columns(str(table))}
        indexes = {str(index["name"]): index["column_names"] for index in found.get_indexes(str(table))}
        return columns, indexes

    async with log.database.reading() as connection:
        columns, indexes = await connection.run_sync(look)
    written = audit_log.metadata.tables[str(table)]
    assert columns == {column.name: bool(column.nullable) for column in written.columns}
    assert indexes == {
        str(index.name): [column.name for column in index.columns] for index in written.indexes
    }
