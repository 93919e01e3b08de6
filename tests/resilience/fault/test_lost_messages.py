"""The database fails during a change on one replica. The other replica does not show the previous state."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from tests.resilience.fault.database import connect_to, through
from tests.resilience.fault.faults import Refused
from tests.resilience.fault.proxy import FaultProxy, fault_proxy
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.people import Troupe
from tests.support.desk.sandbox_control import SandboxControl, sandbox_control
from tests.support.desk.storage import storage_named
from tests.support.peers.postgres import new_database
from tests.support.upstream.address import Upstream
from tests.support.upstream.eventually import eventually
from tests.support.upstream.making import unique
from tests.unit.storage.test_postgres_bus import administrator, cut_off, no_new_connections

pytestmark = [pytest.mark.anyio, pytest.mark.real_postgres]
LONG_MEMORY = {"fresh_seconds": 600.0, "outage_seconds": 600.0}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    with storage_named("postgres", tmp_path) as storage, new_database(str(storage.server)) as url:
        yield url


@pytest.fixture
async def way(database: str) -> AsyncIterator[FaultProxy]:
    """The proxy between the first replica and the database."""
    async with fault_proxy(connect_to(database)) as proxy:
        yield proxy


@asynccontextmanager
async def two_replicas(
    sandbox: Upstream, database: str, way: FaultProxy
) -> AsyncIterator[tuple[Visitor, Visitor]]:
    """Jane signed in at two replicas, which serve from the cache until they receive a change."""
    troupe = Troupe()
    scene = troupe.next_scene()

    def replica(url: str) -> AbstractAsyncContextManager[Desk]:
        settings = Surroundings(sandbox, url, troupe).settings(
            cache=LONG_MEMORY, directory={"people": scene.directory()}
        )
        return open_desk(settings)

    async with replica(through(way, database)) as here, replica(database) as there:
        jane = await here.sign_in(scene.user_id("jane"))
        yield jane, there.welcome(jane)


async def test_a_recorded_change_is_published_although_the_database_rejects_new_connections(
    sandbox: Upstream, database: str, way: FaultProxy
) -> None:
    async with two_replicas(sandbox, database, way) as (here, there):
        key_id = (await here.issue(unique("laptop")))["token"]
        assert (await there.key(key_id))["blocked"] is False
        assert await cut_off(database, "pg_notify") > 0
        async with no_new_connections(database):
            assert (await here.post(f"/keys/{key_id}/block")).status_code == 200

            async def blocked() -> bool:
                return bool((await there.key(key_id))["blocked"])

            await eventually(blocked, bool)


async def test_a_change_without_a_recorded_outcome_is_not_hidden_by_the_cache(
    sandbox: Upstream, database: str, way: FaultProxy
) -> None:
    async with two_replicas(sandbox, database, way) as (here, there):
        key_id = (await here.issue(unique("laptop")))["token"]
        assert (await there.key(key_id))["blocked"] is False
        with (
            sandbox_control(sandbox.url, sandbox.master_key) as http,
            SandboxControl(http).fault("/key/block", latency_seconds=3.0),
        ):
            changing = asyncio.create_task(here.post(f"/keys/{key_id}/block"))
            await eventually(lambda: begun(database), bool)
            # LiteLLM blocks the key after this, and Keydesk cannot record the outcome.
            async with way.suffering(Refused()):
                assert (await changing).status_code >= 500

        async def blocked() -> bool:
            return bool((await there.key(key_id))["blocked"])

        await eventually(blocked, bool)


async def begun(database: str) -> bool:
    """Return whether the audit log has an open intent."""
    async with administrator(database) as connection:
        found = await connection.execute("select count(*) from audit_open_intents")
        return bool((await found.fetchone() or (0,))[0])
