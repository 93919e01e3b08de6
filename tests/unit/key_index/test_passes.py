"""Passes over all keys: complete in spite of changes between pages, resumable, and never half of the truth."""

import random
from datetime import timedelta

import pytest

from keydesk.kit.key_ids import KeyIds
from keydesk.litellm import UpstreamFailed
from tests.unit.key_index.conftest import EVERY, IDS, NOON, Index

pytestmark = pytest.mark.anyio


async def test_a_pass_reads_all_pages_and_the_index_is_as_of_its_beginning(index: Index) -> None:
    index.keys.add(250)
    await index.indexing.apply()
    state = await index.store.state()
    assert state is not None
    assert state.as_of == NOON
    assert len(await index.all()) == 250
    assert index.keys.read == [1, 3, 2, 1]


async def test_a_key_has_the_members_of_a_key_in_the_api(index: Index) -> None:
    (token_hash,) = index.keys.add(
        models=("gpt-4o",), max_budget=5.0, team_id="t1", tpm_limit=7, expires_at=NOON, blocked=True
    )
    await index.indexing.apply()
    (key,) = await index.all()
    assert key.token == IDS.of(token_hash)
    assert (key.models, key.max_budget, key.team_id, key.tpm_limit) == (["gpt-4o"], 5.0, "t1", 7)
    assert (key.expires_at, key.blocked, key.can_manage_gateway) == (NOON, True, False)


async def test_the_database_has_no_hash_in_clear(index: Index) -> None:
    (token_hash,) = index.keys.add()
    await index.indexing.apply()
    (stored,) = await index.store.hashes([IDS.of(token_hash)])
    assert token_hash not in stored.sealed_hash
    assert index.rereading.rows.hashes.open(stored.sealed_hash) == token_hash


async def test_a_failed_pass_continues_where_it_failed(index: Index) -> None:
    index.keys.add(450)

    def fail_at(number: int) -> None:
        index.keys.fails = number == 3 and 3 not in index.keys.read and len(index.keys.read) < 4

    index.keys.before_page = fail_at
    with pytest.raises(UpstreamFailed):
        await index.indexing.apply()
    state = await index.store.state()
    assert state is not None
    assert (state.page, state.as_of) == (3, None)
    index.keys.before_page = lambda _number: None
    index.keys.fails = False
    await index.indexing.apply()
    assert index.keys.read == [1, 5, 4, 3, 2, 1]
    assert len(await index.all()) == 450


async def test_a_pass_in_progress_keeps_the_keys_that_it_has_not_found_yet(index: Index) -> None:
    old = index.keys.add(200)
    await index.indexing.apply()
    index.now += EVERY
    index.keys.delete(old[0])
    index.keys.before_page = lambda number: setattr(
        index.keys, "fails", number == 1 and len(index.keys.read) > 4
    )
    with pytest.raises(UpstreamFailed):
        await index.indexing.apply()
    state = await index.store.state()
    assert state is not None
    assert state.as_of == NOON
    assert len(await index.all()) == 200
    index.keys.before_page, index.keys.fails = lambda _number: None, False
    await index.indexing.apply()
    assert len(await index.all()) == 199


async def test_the_next_pass_begins_when_it_is_due(index: Index) -> None:
    index.keys.add(1)
    await index.indexing.apply()
    index.keys.read.clear()
    index.now += EVERY - timedelta(seconds=1)
    await index.indexing.apply()
    assert index.keys.read == []
    index.now += timedelta(seconds=1)
    await index.indexing.apply()
    assert index.keys.read == [1, 1]


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
async def test_keys_that_come_and_go_between_pages_are_never_missed(index: Index, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test
    there = index.keys.add(700)
    await index.indexing.apply()
    new_before = index.keys.add(300)
    deleted_before = [there.pop(chance.randrange(len(there))) for _ in range(60)]
    for token_hash in deleted_before:
        index.keys.delete(token_hash)
    lasting = [*there, *new_before]

    def disturb(_number: int) -> None:
        for _ in range(chance.randrange(40)):
            index.keys.delete(lasting.pop(chance.randrange(len(lasting))))
        index.keys.add(chance.randrange(40))

    index.keys.before_page = disturb
    index.now += EVERY
    await index.indexing.apply()
    found = {key.token for key in await index.all()}
    assert {IDS.of(token_hash) for token_hash in lasting} <= found
    assert found.isdisjoint({IDS.of(token_hash) for token_hash in deleted_before})


async def test_a_key_that_no_page_had_is_not_removed(index: Index) -> None:
    """LiteLLM does not order keys that were created in the same millisecond."""
    hashes = index.keys.add(3)
    await index.indexing.apply()
    index.keys.not_listed.add(hashes[1])
    index.now += EVERY
    await index.indexing.apply()
    assert await index.names() == ["key-1", "key-2", "key-3"]


class _OneIdForTwo(KeyIds):
    """The first and the last key are secrets of one rotated key."""

    def of(self, token_hash: str) -> str:
        return super().of(f"{1:064x}" if token_hash == f"{151:064x}" else token_hash)


async def test_two_secrets_of_one_key_are_one_row_of_the_newest(index: Index) -> None:
    index.keys.add(150)
    index.keys.add(key_alias="rotated")
    index.use_ids(_OneIdForTwo(b"secret"))
    await index.indexing.apply()
    found = await index.names()
    assert len(found) == 150
    assert "rotated" in found
    assert "key-1" not in found
