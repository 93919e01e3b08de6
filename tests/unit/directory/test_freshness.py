"""How long catalog entities stay fresh."""

import asyncio

import pytest
from anyio import wait_all_tasks_blocked

from keydesk.directory.backstage import BackstageDirectory
from keydesk.directory.cached_catalog import CachedCatalog
from keydesk.directory.catalog import Catalog
from keydesk.kit.people import Person
from tests.unit.directory.catalog_stand_in import CatalogStandIn
from tests.unit.directory.held_clock import ControlledClock

pytestmark = pytest.mark.anyio


async def email_of(directory: BackstageDirectory, person: Person) -> str | None:
    entry = await directory.find(person)
    return entry.email if entry is not None else None


async def test_within_a_minute_there_is_no_second_call(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, jane: Person
) -> None:
    await directory.find(jane)
    calls = len(backstage.requests)
    clock.advance(seconds=59)
    for _ in range(20):
        await directory.find(jane)
    assert len(backstage.requests) == calls


async def test_after_a_minute_the_cached_entry_is_returned_and_refreshed(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, bob: Person
) -> None:
    await directory.find(bob)
    backstage.user("bob", email="robert@example.com")
    clock.advance(seconds=61)
    assert [await email_of(directory, bob) for _ in range(5)] == ["bob@example.com"] * 5
    await wait_all_tasks_blocked()
    assert await email_of(directory, bob) == "robert@example.com"
    assert len(backstage.requests) == 2


async def test_after_ten_minutes_the_lookup_waits_for_the_catalog(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, bob: Person
) -> None:
    await directory.find(bob)
    backstage.user("bob", email="robert@example.com")
    clock.advance(minutes=10)
    assert await email_of(directory, bob) == "robert@example.com"


async def test_groups_stay_fresh_longer_than_people(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, jane: Person
) -> None:
    await directory.find(jane)
    backstage.requests.clear()
    clock.advance(minutes=4)
    await directory.find(jane)
    await wait_all_tasks_blocked()
    assert backstage.asked == [["user:default/jane"]]


async def test_a_moved_group_moves_its_members(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, jane: Person
) -> None:
    await directory.find(jane)
    backstage.group("admins", "group:default/operations")
    clock.advance(minutes=31)
    entry = await directory.find(jane)
    assert entry is not None
    assert entry.groups == {"group:default/admins", "group:default/operations"}


async def test_a_new_person_is_found_after_ten_seconds(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock
) -> None:
    carol = Person("user:default/carol")
    assert await directory.find(carol) is None
    backstage.user("carol", email="carol@example.com")
    clock.advance(seconds=9)
    assert await directory.find(carol) is None
    clock.advance(seconds=1)
    assert await email_of(directory, carol) == "carol@example.com"


async def test_an_entry_that_was_fresh_at_the_start_of_a_lookup_stays_valid_for_it(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, bob: Person
) -> None:
    stranger = Person("user:default/stranger")
    await directory.find(stranger)
    clock.advance(seconds=9)
    backstage.gate = asyncio.Event()
    lookup = asyncio.create_task(directory.find_many([stranger, bob]))
    await wait_all_tasks_blocked()
    clock.advance(seconds=4)
    backstage.gate.set()
    found = await lookup
    assert found[stranger.ref] is None
    assert found[bob.ref] is not None


async def test_a_person_who_left_is_unknown_after_the_next_call(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, bob: Person
) -> None:
    await directory.find(bob)
    backstage.remove("user:default/bob")
    clock.advance(minutes=2)
    await directory.find(bob)
    await wait_all_tasks_blocked()
    assert await directory.find(bob) is None


async def test_the_least_recently_used_entry_is_evicted(
    catalog: Catalog, backstage: CatalogStandIn, clock: ControlledClock
) -> None:
    for name in ("ann", "ben", "cat"):
        backstage.user(name)
    ann, ben, cat = (Person(f"user:default/{name}") for name in ("ann", "ben", "cat"))
    directory = BackstageDirectory(CachedCatalog(catalog, clock, size=2))
    for person in (ann, ben, ann, cat):
        await directory.find(person)
    backstage.requests.clear()
    await directory.find(ann)
    assert not backstage.requests
    await directory.find(ben)
    assert backstage.asked == [["user:default/ben"]]


async def test_a_lookup_of_more_people_than_the_cache_holds_works(
    catalog: Catalog, backstage: CatalogStandIn, clock: ControlledClock
) -> None:
    persons = [Person(f"user:default/dev-{number}") for number in range(20)]
    for person in persons:
        backstage.user(person.name)
    found = await BackstageDirectory(CachedCatalog(catalog, clock, size=2)).find_many(persons)
    assert all(found.values())
