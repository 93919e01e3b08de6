"""Leases have one holder at a time across replicas, and the lease of a dead holder expires."""

import asyncio
from datetime import timedelta

import anyio
import pytest
from sqlalchemy import update

from keydesk.storage.database import Database
from keydesk.storage.database_time import database_time
from keydesk.storage.leases import Leases
from keydesk.storage.tables import leases as lease_rows

pytestmark = pytest.mark.anyio


@pytest.fixture
def here(database: Database) -> Leases:
    return Leases(database)


@pytest.fixture
def there(same_database: Database) -> Leases:
    """The leases of another replica."""
    return Leases(same_database)


async def left_for(database: Database, length: timedelta) -> None:
    """Make every lease expire after `length`."""
    async with database.writing() as connection:
        await connection.execute(update(lease_rows).values(expires_at=database_time(length)))


async def test_a_lease_has_one_holder_across_tasks_and_replicas(here: Leases, there: Leases) -> None:
    inside = most = finished = 0

    async def work(leases: Leases) -> None:
        nonlocal inside, most, finished
        async with leases.hold("account:jane"):
            inside += 1
            most = max(most, inside)
            for _ in range(3):
                await anyio.lowlevel.checkpoint()
            inside -= 1
            finished += 1

    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(work, here if number % 2 else there)
    assert (most, finished) == (1, 10)


async def test_leases_with_different_names_are_independent(here: Leases, there: Leases) -> None:
    async with here.hold("account:jane"), there.hold("account:bob"), here.hold("key-alias:laptop"):
        pass


async def test_a_lease_is_released_if_the_operation_fails(here: Leases, there: Leases) -> None:
    async def fail() -> None:
        async with here.hold("account:jane"):
            raise RuntimeError("the work failed")

    with pytest.raises(RuntimeError, match="the work failed"):
        await fail()
    async with there.hold("account:jane"):
        pass


async def test_a_lease_is_released_if_the_operation_is_cancelled(here: Leases, there: Leases) -> None:
    """A server cancels requests that outlast its shutdown."""
    started = anyio.Event()

    async def work() -> None:
        async with here.hold("account:jane"):
            started.set()
            await anyio.sleep_forever()

    working = asyncio.create_task(work())
    await started.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    async with there.hold("account:jane"):
        pass


async def test_a_lease_is_released_if_the_cancel_scope_is_cancelled(here: Leases, there: Leases) -> None:
    """A cancelled scope also cancels every await of the cleanup."""
    async with anyio.create_task_group() as group:

        async def work() -> None:
            async with here.hold("account:jane"):
                group.cancel_scope.cancel()
                await anyio.sleep_forever()

        group.start_soon(work)
    assert await there.claim("account:jane", timedelta(seconds=90))


async def test_the_lease_of_a_dead_holder_can_be_taken_after_it_expires(
    here: Leases, there: Leases, database: Database
) -> None:
    assert await here.claim("account:jane", timedelta(seconds=90))
    await left_for(database, timedelta(seconds=60))
    assert not await there.claim("account:jane", timedelta(seconds=90))
    await left_for(database, timedelta(seconds=-1))
    assert await there.claim("account:jane", timedelta(seconds=90))


async def test_a_holder_whose_lease_expired_does_not_release_the_next_one(
    here: Leases, there: Leases, database: Database
) -> None:
    async with here.hold("account:jane"):
        await left_for(database, timedelta(seconds=-1))
        assert await there.claim("account:jane", timedelta(seconds=90))
    assert not await here.claim("account:jane", timedelta(seconds=90))


async def test_one_of_many_claims_succeeds(here: Leases, there: Leases) -> None:
    got: list[bool] = []

    async def claim(leases: Leases) -> None:
        got.append(await leases.claim("job:resync", timedelta(minutes=10)) is not None)

    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(claim, here if number % 2 else there)
    assert sorted(got) == [False] * 9 + [True]
