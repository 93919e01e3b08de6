"""Snapshots: how long they are served, by how many calls they are had, and when they are forgotten."""

import asyncio

import pytest

from keydesk.cache.cache import CacheMiss
from keydesk.kit.problems import AccountNotFound
from keydesk.litellm import BreakerOpen, CredentialRefused, Unreachable
from tests.unit.cache.held import Kept

pytestmark = pytest.mark.anyio


@pytest.fixture
def kept() -> Kept:
    return Kept()


async def test_while_it_is_fresh_nobody_is_asked(kept: Kept) -> None:
    assert await kept.read() == "first"
    kept.text = "second"
    kept.clock.pass_(4.9)
    assert await kept.read() == "first"
    assert kept.loads == 1
    assert (kept.snapshots.counters.hits, kept.snapshots.counters.misses) == (1, 1)


async def test_a_stale_one_is_served_while_one_refresh_runs(kept: Kept) -> None:
    await kept.read()
    kept.text = "second"
    kept.clock.pass_(30)
    assert [await kept.read() for _ in range(5)] == ["first"] * 5
    await kept.settled()
    assert kept.loads == 2
    assert await kept.read() == "second"


async def test_an_old_one_is_waited_for(kept: Kept) -> None:
    await kept.read()
    kept.text = "second"
    kept.clock.pass_(61)
    assert await kept.read() == "second"


async def test_whoever_cannot_wait_is_told(kept: Kept) -> None:
    with pytest.raises(CacheMiss):
        await kept.snapshots.get_cached(kept.source())
    assert kept.loads == 0


async def test_many_at_once_are_one_load_whoever_goes_away(kept: Kept) -> None:
    kept.held = asyncio.Event()
    readers = [asyncio.create_task(kept.read()) for _ in range(20)]
    await asyncio.sleep(0)
    readers[0].cancel()
    await asyncio.sleep(0)
    kept.held.set()
    assert await asyncio.gather(*readers[1:]) == ["first"] * 19
    assert kept.loads == 1


async def test_a_touched_one_is_forgotten_and_others_stay(kept: Kept) -> None:
    for name in ("alice", "bob"):
        await kept.read(name)
    kept.snapshots.drop({"user:alice"})
    kept.text = "second"
    assert [await kept.read("alice"), await kept.read("bob")] == ["second", "first"]


async def test_one_that_holds_a_team_is_forgotten_with_the_team(kept: Kept) -> None:
    await kept.read("alice", "team:search")
    await kept.read("bob", "team:ads")
    kept.snapshots.drop({"team:search"})
    kept.text = "second"
    assert [await kept.read("alice"), await kept.read("bob")] == ["second", "first"]


@pytest.mark.parametrize("tag", ["user:alice", "teams", "*"])
async def test_what_was_asked_for_before_a_change_is_not_kept_after_it(kept: Kept, tag: str) -> None:
    kept.held = asyncio.Event()
    before = asyncio.create_task(kept.read())
    await asyncio.sleep(0.0)
    await asyncio.sleep(0.0)
    kept.snapshots.drop({tag})
    kept.text, released = "second", kept.held
    kept.held = None
    assert await kept.read() == "second", "it does not join the earlier load"
    released.set()
    assert await before == "first"
    assert await kept.read() == "second"
    assert kept.loads == 2


async def test_a_change_that_is_heard_of_only_when_asked_for_counts_before_a_load_is_kept(kept: Kept) -> None:
    """Over SQLite a process hears of the changes of others when it asks whether it may serve."""
    kept.held = asyncio.Event()
    before = asyncio.create_task(kept.read())
    await asyncio.sleep(0.0)
    await asyncio.sleep(0.0)
    kept.unheard, kept.text = {"user:alice"}, "second"
    kept.held.set()
    assert await before == "first"
    assert await kept.read() == "second"


async def test_an_old_one_is_not_served_after_a_change_that_was_heard_of_meanwhile(kept: Kept) -> None:
    await kept.read()
    kept.clock.pass_(600)
    kept.failure = Unreachable("gone")

    def change() -> None:
        kept.unheard = {"user:alice"}

    kept.on_load = change
    with pytest.raises(Unreachable):
        await kept.read()


async def test_who_would_not_hear_of_changes_keeps_nothing_and_joins_nobody(kept: Kept) -> None:
    await kept.read()
    kept.listens = False
    kept.text = "second"
    assert await kept.read() == "second"
    kept.held = asyncio.Event()
    readers = [asyncio.create_task(kept.read()) for _ in range(3)]
    await asyncio.sleep(0)
    kept.held.set()
    await asyncio.gather(*readers)
    assert kept.loads == 5


@pytest.mark.parametrize("failure", [Unreachable("gone"), BreakerOpen(5.0)], ids=["gone", "breaker"])
async def test_during_an_outage_an_old_one_is_served_and_says_so(kept: Kept, failure: Exception) -> None:
    await kept.read()
    kept.clock.pass_(600)
    kept.failure = failure
    for _ in range(3):
        seen = await kept.snapshots.get(kept.source())
        assert (seen.value, seen.age_seconds, seen.in_outage) == ("first", 600.0, True)
    await kept.settled()
    assert kept.loads == 2, "nobody asks again at once"
    kept.failure, kept.text = None, "second"
    kept.clock.pass_(20)
    assert await kept.read() == "second"
    assert not (await kept.snapshots.get(kept.source())).in_outage


async def test_an_outage_does_not_bring_back_what_a_change_touched(kept: Kept) -> None:
    await kept.read()
    kept.snapshots.drop({"user:alice"})
    kept.failure = Unreachable("gone")
    with pytest.raises(Unreachable):
        await kept.read()


async def test_what_may_have_changed_is_asked_for_anew_and_in_an_outage_shown_with_its_age(
    kept: Kept,
) -> None:
    await kept.read()
    kept.clock.pass_(1)
    kept.snapshots.drop({"user:alice"}, certain=False)
    kept.failure = Unreachable("gone")
    seen = await kept.snapshots.get(kept.source())
    assert (seen.value, seen.age_seconds, seen.in_outage) == ("first", 1.0, True)
    kept.failure, kept.text = None, "second"
    kept.clock.pass_(20)
    seen = await kept.snapshots.get(kept.source())
    assert (seen.value, seen.in_outage) == ("second", False)


async def test_one_that_is_too_old_is_not_served_in_an_outage(kept: Kept) -> None:
    await kept.read()
    kept.clock.pass_(3601)
    kept.failure = Unreachable("gone")
    with pytest.raises(Unreachable):
        await kept.read()


async def test_a_refusal_is_no_outage(kept: Kept) -> None:
    await kept.read()
    kept.clock.pass_(61)
    kept.failure = CredentialRefused(401, "no")
    with pytest.raises(CredentialRefused):
        await kept.read()


async def test_an_account_that_is_gone_is_forgotten(kept: Kept) -> None:
    await kept.read()
    kept.clock.pass_(30)
    kept.failure = AccountNotFound()
    assert await kept.read() == "first"
    await kept.settled()
    with pytest.raises(AccountNotFound):
        await kept.read()


async def test_a_clock_that_was_set_back_makes_nothing_fresh(kept: Kept) -> None:
    await kept.read()
    kept.clock.pass_(-3600)
    kept.text = "second"
    assert await kept.read() == "second"


async def test_what_was_unused_for_longest_makes_room() -> None:
    kept = Kept(max_bytes=300)
    for name in ("alice", "bob", "carol"):
        await kept.read(name)
    await kept.read("alice")
    await kept.read("dave")
    assert kept.snapshots.counters.evictions == 1
    assert kept.snapshots.total_bytes == 300
    kept.text = "second"
    assert [await kept.read(name) for name in ("alice", "carol", "dave")] == ["first"] * 3
    assert await kept.read("bob") == "second"


async def test_what_is_larger_than_all_memory_takes_nobody_elses_place() -> None:
    kept = Kept(max_bytes=300)
    for name in ("alice", "bob"):
        await kept.read(name)
    await kept.snapshots.get(kept.source("all teams", size=301))
    assert (len(kept.snapshots), kept.snapshots.total_bytes, kept.snapshots.counters.evictions) == (2, 200, 0)


async def test_nothing_is_left_of_what_was_forgotten(kept: Kept) -> None:
    await kept.read("alice", "team:search")
    kept.snapshots.drop({"team:search"})
    assert (len(kept.snapshots), kept.snapshots.total_bytes, kept.snapshots._keys_by_tag) == (0, 0, {})
