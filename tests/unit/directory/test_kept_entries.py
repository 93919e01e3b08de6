"""A person's entry is cached no longer than its sources."""

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
ADMINS, PLATFORM, ENGINEERING = (f"group:default/{name}" for name in ("admins", "platform", "engineering"))


async def groups_of(directory: BackstageDirectory, person: Person) -> frozenset[str]:
    entry = await directory.find(person)
    assert entry is not None
    return entry.groups


async def refreshed(directory: BackstageDirectory, person: Person) -> None:
    """Look up once, and wait for the refresh that this may start."""
    await directory.find(person)
    await wait_all_tasks_blocked()


@pytest.fixture
async def kept(directory: BackstageDirectory, jane: Person) -> BackstageDirectory:
    """A directory that has cached Jane's entry."""
    for _ in range(3):
        await directory.find(jane)
    assert await directory.find(jane) is await directory.find(jane)
    return directory


async def test_a_removed_group_is_gone_after_a_minute(
    kept: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, jane: Person
) -> None:
    backstage.user("jane")
    clock.advance(seconds=59)
    assert ADMINS in await groups_of(kept, jane)
    clock.advance(seconds=1)
    await refreshed(kept, jane)
    assert await groups_of(kept, jane) == frozenset()


async def test_a_person_who_leaves_is_unknown_after_a_minute(
    kept: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, jane: Person
) -> None:
    backstage.remove("user:default/jane")
    clock.advance(seconds=60)
    await refreshed(kept, jane)
    assert await kept.find(jane) is None


async def test_a_refreshed_person_is_used_immediately(
    kept: BackstageDirectory, backstage: CatalogStandIn, jane: Person
) -> None:
    backstage.user("jane", PLATFORM)
    await kept.find_now(jane)
    assert await groups_of(kept, jane) == {PLATFORM, ENGINEERING}


@pytest.mark.parametrize("group", ["admins", "platform"])
async def test_a_moved_group_is_used_although_the_person_is_fresh(
    kept: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, jane: Person, group: str
) -> None:
    clock.advance(seconds=250)
    await refreshed(kept, jane)
    assert await kept.find(jane) is await kept.find(jane)
    backstage.group(group)
    clock.advance(seconds=49)
    assert ENGINEERING in await groups_of(kept, jane)
    clock.advance(seconds=1)
    await refreshed(kept, jane)
    assert ENGINEERING not in await groups_of(kept, jane)


async def test_a_group_refreshed_by_another_lookup_is_used_immediately(
    catalog: Catalog, backstage: CatalogStandIn, clock: ControlledClock, jane: Person, bob: Person
) -> None:
    """The cache holds three groups, so Bob's group evicts one of Jane's, which is then requested again."""
    backstage.user("bob", "group:default/others")
    backstage.group("others")
    directory = BackstageDirectory(CachedCatalog(catalog, clock, size=3))
    for _ in range(3):
        await directory.find(jane)
    backstage.group("admins")
    await directory.find(bob)
    await directory.lineage(ADMINS)
    assert await groups_of(directory, jane) == {ADMINS}


async def test_a_group_that_changes_during_its_lookup_is_not_cached(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, jane: Person
) -> None:
    await directory.find(jane)
    clock.advance(minutes=31)
    backstage.gate = asyncio.Event()
    lookup = asyncio.create_task(directory.find(jane))
    await wait_all_tasks_blocked()
    backstage.group("engineering", "group:default/company")
    backstage.gate.set()
    await lookup
    assert "group:default/company" in await groups_of(directory, jane)
