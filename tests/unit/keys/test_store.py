"""The store of keys, on SQLite and on PostgreSQL."""

from datetime import UTC, datetime

import pytest

from keydesk.keys.store import KeyStore
from keydesk.kit.key_ids import KeyIds
from keydesk.storage.database import Database

pytestmark = pytest.mark.anyio


async def test_owner_of_returns_none_for_unknown_and_malformed_ids(database: Database) -> None:
    store, key_id = KeyStore(database), KeyIds(b"secret").of("0" * 64)
    async with database.writing() as connection:
        await connection.execute(store.adding(key_id, "jane", datetime.now(UTC)))
    assert await store.owner_of(key_id) == "jane"
    for unknown in (
        KeyIds(b"secret").of("1" * 64),
        "",
        "\0",
        f"{key_id}\0",
        f"{key_id[:-1]}\0",
        "\U0010ffff",
    ):
        assert await store.owner_of(unknown) is None
