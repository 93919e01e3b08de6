"""The cache: how long it serves entries, how many loads it starts, and when it drops entries."""

import asyncio

import pytest

from keydesk.cache.cache import CacheMiss
from keydesk.kit.problems import AccountNotFound
from keydesk.litellm import BreakerOpen, CredentialRefused, Unreachable
from tests.unit.cache.controlled import ControlledCache

pytestmark = pytest.mark.anyio


@pytest.fixture
def controlled() -> ControlledCache:
    return ControlledCache()


async def test_a_fresh_entry_is_served_without_a_load(controlled: ControlledCache) -> None:
    assert await controlled.read() == "first"
    controlled.text = "second"
    controlled.clock.pass_(4.9)
    assert await controlled.read() == "first"
    assert controlled.loads == 1
    assert (controlled.cache.counters.hits, controlled.cache.counters.misses) == (1, 1)


async def test_a_stale_entry_is_served_while_one_refresh_runs(controlled: ControlledCache) -> None:
    await controlled.read()
    controlled.text = "second"
    controlled.clock.pass_(30)
    assert [await controlled.read() for _ in range(5)] == ["first"] * 5
    await controlled.settled()
    assert controlled.loads == 2
    assert await controlled.read() == "second"


async def test_a_caller_waits_for_the_refresh_of_an_old_entry(controlled: ControlledCache) -> None:
    await controlled.read()
    controlled.text = "second"
    controlled.clock.pass_(61)
    assert await controlled.read() == "second"


async def test_get_cached_raises_cache_miss(controlled: ControlledCache) -> None:
    with pytest.raises(CacheMiss):
        controlled.cache.get_cached(controlled.loader())
    assert controlled.loads == 0


async def test_parallel_callers_share_one_load_even_if_one_is_cancelled(controlled: ControlledCache) -> None:
    controlled.held = asyncio.Event()
    readers = [asyncio.create_task(controlled.read()) for _ in range(20)]
    await asyncio.sleep(0)
    readers[0].cancel()
    await asyncio.sleep(0)
    controlled.held.set()
    assert await asyncio.gather(*readers[1:]) == ["first"] * 19
    assert controlled.loads == 1


async def test_drop_removes_only_entries_with_the_tag(controlled: ControlledCache) -> None:
    for name in ("alice", "bob"):
        await controlled.read(name)
    controlled.cache.drop({"user:alice"})
    controlled.text = "second"
    assert [await controlled.read("alice"), await controlled.read("bob")] == ["second", "first"]


async def test_an_entry_is_dropped_by_the_tags_of_its_value(controlled: ControlledCache) -> None:
    await controlled.read("alice", "team:search")
    await controlled.read("bob", "team:ads")
    controlled.cache.drop({"team:search"})
    controlled.text = "second"
    assert [await controlled.read("alice"), await controlled.read("bob")] == ["second", "first"]


@pytest.mark.parametrize("tag", ["user:alice", "teams", "*"])
async def test_a_load_that_started_before_a_change_is_not_stored(
    controlled: ControlledCache, tag: str
) -> None:
    controlled.held = asyncio.Event()
    before = asyncio.create_task(controlled.read())
    await asyncio.sleep(0.0)
    await asyncio.sleep(0.0)
    controlled.cache.drop({tag})
    controlled.text, released = "second", controlled.held
    controlled.held = None
    assert await controlled.read() == "second", "it does not join the earlier load"
    released.set()
    assert await before == "first"
    assert await controlled.read() == "second"
    assert controlled.loads == 2


async def test_unread_changes_are_applied_before_a_load_is_stored(controlled: ControlledCache) -> None:
    """With SQLite, a process reads the changes of others in `may_serve`."""
    controlled.held = asyncio.Event()
    before = asyncio.create_task(controlled.read())
    await asyncio.sleep(0.0)
    await asyncio.sleep(0.0)
    controlled.unread, controlled.text = {"user:alice"}, "second"
    controlled.held.set()
    assert await before == "first"
    assert await controlled.read() == "second"


async def test_an_old_entry_is_not_served_if_a_change_drops_it_meanwhile(controlled: ControlledCache) -> None:
    await controlled.read()
    controlled.clock.pass_(600)
    controlled.failure = Unreachable("gone")

    def change() -> None:
        controlled.unread = {"user:alice"}

    controlled.on_load = change
    with pytest.raises(Unreachable):
        await controlled.read()


async def test_a_replica_that_may_miss_changes_stores_nothing_and_joins_no_load(
    controlled: ControlledCache,
) -> None:
    await controlled.read()
    controlled.listens = False
    controlled.text = "second"
    assert await controlled.read() == "second"
    controlled.held = asyncio.Event()
    readers = [asyncio.create_task(controlled.read()) for _ in range(3)]
    await asyncio.sleep(0)
    controlled.held.set()
    await asyncio.gather(*readers)
    assert controlled.loads == 5


@pytest.mark.parametrize("failure", [Unreachable("gone"), BreakerOpen(5.0)], ids=["gone", "breaker"])
async def test_in_an_outage_an_old_entry_is_served_and_marked(
    controlled: ControlledCache, failure: Exception
) -> None:
    await controlled.read()
    controlled.clock.pass_(600)
    controlled.failure = failure
    for _ in range(3):
        result = await controlled.cache.get(controlled.loader())
        assert (result.value, result.age_seconds, result.in_outage) == ("first", 600.0, True)
    await controlled.settled()
    assert controlled.loads == 2, "no immediate retry"
    controlled.failure, controlled.text = None, "second"
    controlled.clock.pass_(20)
    assert await controlled.read() == "second"
    assert not (await controlled.cache.get(controlled.loader())).in_outage


async def test_an_outage_does_not_restore_dropped_entries(controlled: ControlledCache) -> None:
    await controlled.read()
    controlled.cache.drop({"user:alice"})
    controlled.failure = Unreachable("gone")
    with pytest.raises(Unreachable):
        await controlled.read()


async def test_a_doubted_entry_is_reloaded_and_in_an_outage_served_with_its_age(
    controlled: ControlledCache,
) -> None:
    await controlled.read()
    controlled.clock.pass_(1)
    controlled.cache.drop({"user:alice"}, certain=False)
    controlled.failure = Unreachable("gone")
    result = await controlled.cache.get(controlled.loader())
    assert (result.value, result.age_seconds, result.in_outage) == ("first", 1.0, True)
    controlled.failure, controlled.text = None, "second"
    controlled.clock.pass_(20)
    result = await controlled.cache.get(controlled.loader())
    assert (result.value, result.in_outage) == ("second", False)


async def test_an_expired_entry_is_not_served_in_an_outage(controlled: ControlledCache) -> None:
    await controlled.read()
    controlled.clock.pass_(3601)
    controlled.failure = Unreachable("gone")
    with pytest.raises(Unreachable):
        await controlled.read()


async def test_a_rejection_is_not_an_outage(controlled: ControlledCache) -> None:
    await controlled.read()
    controlled.clock.pass_(61)
    controlled.failure = CredentialRefused(401, "no")
    with pytest.raises(CredentialRefused):
        await controlled.read()


async def test_a_deleted_account_is_removed_from_the_cache(controlled: ControlledCache) -> None:
    await controlled.read()
    controlled.clock.pass_(30)
    controlled.failure = AccountNotFound()
    assert await controlled.read() == "first"
    await controlled.settled()
    with pytest.raises(AccountNotFound):
        await controlled.read()


async def test_entries_are_not_served_after_the_clock_was_set_back(controlled: ControlledCache) -> None:
    await controlled.read()
    controlled.clock.pass_(-3600)
    controlled.text = "second"
    assert await controlled.read() == "second"


async def test_the_least_recently_used_entry_is_evicted() -> None:
    controlled = ControlledCache(max_bytes=300)
    for name in ("alice", "bob", "carol"):
        await controlled.read(name)
    await controlled.read("alice")
    await controlled.read("dave")
    assert controlled.cache.counters.evictions == 1
    assert controlled.cache.total_bytes == 300
    controlled.text = "second"
    assert [await controlled.read(name) for name in ("alice", "carol", "dave")] == ["first"] * 3
    assert await controlled.read("bob") == "second"


async def test_a_value_larger_than_the_cache_evicts_nothing() -> None:
    controlled = ControlledCache(max_bytes=300)
    for name in ("alice", "bob"):
        await controlled.read(name)
    await controlled.cache.get(controlled.loader("all teams", size=301))
    assert (len(controlled.cache), controlled.cache.total_bytes, controlled.cache.counters.evictions) == (
        2,
        200,
        0,
    )


async def test_a_dropped_entry_leaves_no_bookkeeping(controlled: ControlledCache) -> None:
    await controlled.read("alice", "team:search")
    controlled.cache.drop({"team:search"})
    assert (len(controlled.cache), controlled.cache.total_bytes, controlled.cache._keys_by_tag) == (0, 0, {})
