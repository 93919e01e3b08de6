"""Keys that were changed with Keydesk are read again, each on its own."""

import pytest

from keydesk.audit.models import Action, AuditedTable
from tests.unit.key_index.conftest import IDS, NOON, Index

pytestmark = pytest.mark.anyio


@pytest.fixture
async def filled(index: Index) -> Index:
    index.keys.add(3)
    await index.indexing.apply()
    index.keys.read.clear()
    return index


async def test_a_changed_key_is_read_again_without_a_page(filled: Index) -> None:
    token_hash = f"{2:064x}"
    filled.keys.change(token_hash, blocked=True)
    assert await filled.names(state="blocked") == []
    await filled.record(Action.BLOCKED, IDS.of(token_hash))
    assert await filled.rereading.follow() == 1
    assert await filled.names(state="blocked") == ["key-2"]
    assert filled.keys.read == []
    assert await filled.rereading.follow() == 0


async def test_a_deleted_key_disappears(filled: Index) -> None:
    token_hash = f"{2:064x}"
    filled.keys.delete(token_hash)
    await filled.record(Action.DELETED, IDS.of(token_hash))
    await filled.rereading.follow()
    assert await filled.names() == ["key-1", "key-3"]


async def test_a_new_key_is_found_through_its_owner(filled: Index) -> None:
    (token_hash,) = filled.keys.add(user_id="bob")
    async with filled.database.writing() as connection:
        await connection.execute(filled.key_store.adding(IDS.of(token_hash), "bob", NOON))
    await filled.record(Action.CREATED, IDS.of(token_hash))
    await filled.rereading.follow()
    assert await filled.names(owner="bob") == ["key-4"]


async def test_the_keys_of_a_deleted_team_disappear(filled: Index) -> None:
    filled.keys.add(2, team_id="search")
    await filled.indexing.apply()
    filled.now = NOON.replace(hour=14)
    await filled.indexing.apply()
    assert len(await filled.names(team_id="search")) == 2
    for token_hash in (f"{4:064x}", f"{5:064x}"):
        filled.keys.delete(token_hash)
    await filled.record(Action.DELETED, "search", AuditedTable.TEAM)
    await filled.rereading.follow()
    assert await filled.names() == ["key-1", "key-2", "key-3"]


async def test_no_change_is_lost_if_reading_fails(filled: Index) -> None:
    token_hash = f"{1:064x}"
    filled.keys.change(token_hash, blocked=True)
    await filled.record(Action.BLOCKED, IDS.of(token_hash))
    for number in range(30):
        await filled.record(Action.UPDATED, IDS.of(f"{number % 3 + 1:064x}"))
    assert await filled.rereading.follow(limit=20) == 20
    assert await filled.rereading.follow(limit=20) == 11
    assert await filled.names(state="blocked") == ["key-1"]
