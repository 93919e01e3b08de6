"""Whose key an id is, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from keydesk.keys.store import KeyStore
from keydesk.kit.key_ids import KeyIds
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database
from keydesk.storage.migrate import migrate

pytestmark = pytest.mark.anyio


async def test_the_owner_of_a_key_is_found_and_of_what_is_no_key_there_is_none(empty_database: str) -> None:
    database = Database(DatabaseSettings(url=SecretStr(empty_database)))
    try:
        await migrate(database)
        store, key_id = KeyStore(database), KeyIds(b"secret").of("0" * 64)
        async with database.writing() as connection:
            await connection.execute(store.adding(key_id, "jane", datetime.now(UTC)))
        assert await store.owner_of(key_id) == "jane"
        for odd in (
            KeyIds(b"secret").of("1" * 64),
            "",
            "\0",
            f"{key_id}\0",
            f"{key_id[:-1]}\0",
            "\U0010ffff",
        ):
            assert await store.owner_of(odd) is None
    finally:
        await database.close()
