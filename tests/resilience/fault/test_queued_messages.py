"""If the network to PostgreSQL is half-open, changes in progress wait in parallel, not one after another."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Iterator
from pathlib import Path

import pytest

from keydesk.audit.invalidation import tags_of_entry
from keydesk.storage.migrate import migrate
from keydesk.storage.postgres_bus import PostgresBus
from tests.resilience.fault.database import connect_to, through
from tests.resilience.fault.faults import HalfOpen
from tests.resilience.fault.proxy import FaultProxy, fault_proxy
from tests.resilience.fault.test_litellm_faults import LONGEST_SECONDS
from tests.support.desk.storage import storage_named
from tests.support.peers.postgres import new_database
from tests.support.upstream.eventually import eventually
from tests.unit.storage.conftest import opened

pytestmark = [pytest.mark.anyio, pytest.mark.real_postgres]
IN_FLIGHT = 5


class Replica:
    """A replica that records the tags it drops."""

    def __init__(self) -> None:
        self.dropped: set[str] = set()

    def drop(self, tags: Collection[str], *, certain: bool = True) -> None:
        del certain
        self.dropped.update(tags)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    with storage_named("postgres", tmp_path) as storage, new_database(str(storage.server)) as url:
        yield url


@pytest.fixture
async def proxy(database: str) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(connect_to(database)) as proxy:
        yield proxy


async def test_all_changes_together_wait_no_longer_than_one(database: str, proxy: FaultProxy) -> None:
    behind, beside = opened(through(proxy, database)), opened(database)
    await migrate(beside)
    there = Replica()
    here, listener = (
        PostgresBus(behind, tags_of_entry, Replica().drop, "*"),
        PostgresBus(beside, tags_of_entry, there.drop, "*"),
    )
    await here.start()
    await listener.start()

    async def seconds_of(number: int) -> float:
        begun = time.monotonic()
        await here.publish([f"user:{number}"])
        return time.monotonic() - begun

    async def delivered() -> bool:
        await here.publish(["user:jane"])
        return "user:jane" in there.dropped

    await here.publish(["user:bob"])
    assert "user:bob" in there.dropped
    async with proxy.suffering(HalfOpen()):
        waited = await asyncio.gather(*map(seconds_of, range(IN_FLIGHT)))
    assert max(waited) < LONGEST_SECONDS
    await eventually(delivered, bool)
    for bus, storage in ((here, behind), (listener, beside)):
        await bus.aclose()
        await storage.close()
