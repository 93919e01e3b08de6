"""The PostgreSQL bus: all replicas drop a change before it is confirmed, even if replicas or connections fail."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from keydesk.audit.invalidation import tags_of_entry
from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.storage.database import Database
from keydesk.storage.postgres_bus import PostgresBus
from tests.support.desk.storage import STORAGES
from tests.support.upstream.eventually import eventually
from tests.unit.audit.logs import log_over
from tests.unit.storage.conftest import opened

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("storage", STORAGES[1:], indirect=True)]

EVERYTHING = "*"
_LISTENS, _SENDS = "(into|update) serving_replicas|from key_secrets", "pg_notify"
"""The last statement of each kind of connection while it is idle."""


class Replica:
    """A replica that records the tags it drops."""

    def __init__(self, database: Database) -> None:
        self.dropped: list[str] = []
        self.doubted: list[str] = []
        self.bus = PostgresBus(database, tags_of_entry, self.drop, EVERYTHING)

    def drop(self, tags: Collection[str], *, certain: bool = True) -> None:
        (self.dropped if certain else self.doubted).extend(tags)

    async def serves(self) -> bool:
        return self.bus.may_serve()


class Hanging(Replica):
    """A replica in its own thread that hangs while it drops the tag `slow`, until the test releases it."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.go_on, self.ready, self._stop = threading.Event(), threading.Event(), asyncio.Event()

    def drop(self, tags: Collection[str], *, certain: bool = True) -> None:
        super().drop(tags, certain=certain)
        if "slow" in tags:
            self.go_on.wait(60)

    def run(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._live())

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self.bus.start()
        self.ready.set()
        await self._stop.wait()
        await self.bus.aclose()

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            assert self.ready.wait(30)
            yield
        finally:
            self.go_on.set()
            self._loop.call_soon_threadsafe(self._stop.set)
            thread.join()


Join = Callable[[], Awaitable[Replica]]


@pytest.fixture
async def join(database: Database, empty_database: str) -> AsyncIterator[Join]:
    """Starts another replica on the database."""
    del database  # Only the migration is needed.
    replicas: list[tuple[Replica, Database]] = []

    async def joined() -> Replica:
        replica = Replica(own := opened(empty_database))
        replicas.append((replica, own))
        await replica.bus.start()
        replica.dropped.clear()
        return replica

    yield joined
    for replica, own in replicas:
        await replica.bus.aclose()
        await own.close()


@asynccontextmanager
async def administrator(url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    async with await psycopg.AsyncConnection.connect(plain, autocommit=True) as connection:
        yield connection


async def cut_off(url: str, last_did: str) -> int:
    """Terminate the connections whose last statement matches. Return their number."""
    async with administrator(url) as connection:
        ended = await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid() and query ~ %s",
            (last_did,),
        )
        return ended.rowcount


async def rows(url: str) -> set[str]:
    async with administrator(url) as connection:
        found = await connection.execute("select id from serving_replicas")
        return {row[0] for row in await found.fetchall()}


async def test_other_replicas_have_dropped_a_change_when_it_is_confirmed(join: Join) -> None:
    here, there, elsewhere = [await join() for _ in range(3)]
    assert [replica.bus.may_serve() for replica in (here, there, elsewhere)] == [True] * 3
    await here.bus.publish(["user:jane"])
    assert (here.dropped, there.dropped, elsewhere.dropped) == ([], ["user:jane"], ["user:jane"])


async def test_uncertain_changes_are_sent_as_uncertain(join: Join) -> None:
    here, there = await join(), await join()
    await here.bus.publish(["user:jane"], certain=False)
    assert (there.dropped, there.doubted) == ([], ["user:jane"])


async def test_tags_too_long_for_a_message_drop_everything(join: Join) -> None:
    here, there = await join(), await join()
    await here.bus.publish([f"user:{number}" for number in range(2000)])
    assert there.dropped == [EVERYTHING]


async def test_a_hanging_replica_delays_others_at_most_until_its_lease_expires(
    join: Join, empty_database: str
) -> None:
    here, there = await join(), await join()
    hanging = Hanging(opened(empty_database))
    with hanging.running():
        assert len(await rows(empty_database)) == 3
        await here.bus.publish(["slow"])
        # It no longer serves from its cache, and other replicas no longer wait for it.
        assert not hanging.bus.may_serve()
        assert await rows(empty_database) == {here.bus.id, there.bus.id}
        await here.bus.publish(["user:jane"])
        assert there.dropped == ["slow", "user:jane"]
        hanging.dropped.clear()
        hanging.go_on.set()
        await eventually(hanging.serves, bool)
        assert EVERYTHING in hanging.dropped
        await here.bus.publish(["user:bob"])
        assert hanging.dropped[-1] == "user:bob"


async def test_a_replica_whose_lease_was_revoked_drops_everything(join: Join, empty_database: str) -> None:
    here, there = await join(), await join()
    async with administrator(empty_database) as connection:
        await connection.execute("delete from serving_replicas where id = %s", (there.bus.id,))

    async def forgotten() -> bool:
        return EVERYTHING in there.dropped

    await eventually(forgotten, bool)
    await eventually(there.serves, bool)
    await here.bus.publish(["user:jane"])
    assert there.dropped[-1] == "user:jane"


async def test_a_replica_that_stops_listening_drops_everything_and_reconnects(
    join: Join, empty_database: str
) -> None:
    here, there = await join(), await join()
    assert await cut_off(empty_database, _LISTENS) == 2

    async def forgotten() -> bool:
        return all(EVERYTHING in each.dropped for each in (here, there))

    await eventually(forgotten, bool)
    for replica in (here, there):
        await eventually(replica.serves, bool)
    await here.bus.publish(["user:jane"])
    assert there.dropped[-1] == "user:jane"


async def test_a_change_is_published_although_the_sender_was_disconnected(
    join: Join, empty_database: str
) -> None:
    here, there = await join(), await join()
    await here.bus.publish(["user:jane"])
    assert await cut_off(empty_database, _SENDS) == 2
    await here.bus.publish(["user:bob"])
    assert there.dropped[-2:] == ["user:jane", "user:bob"]


@asynccontextmanager
async def no_new_connections(url: str) -> AsyncIterator[None]:
    """Keep open connections, and reject new ones."""
    name = urlsplit(url).path.removeprefix("/")
    async with administrator(urlunsplit(urlsplit(url)._replace(path="/postgres"))) as connection:
        await connection.execute(f"alter database {name} allow_connections false".encode())
        try:
            yield
        finally:
            await connection.execute(f"alter database {name} allow_connections true".encode())


async def test_a_message_is_sent_with_its_transaction_if_no_new_connection_is_possible(
    join: Join, database: Database, empty_database: str
) -> None:
    here, there = await join(), await join()
    await here.bus.publish(["user:bob"])
    message = here.bus.message(["user:jane"])
    async with database.writing() as connection:
        assert await cut_off(empty_database, _SENDS) == 2
        async with no_new_connections(empty_database):
            await here.bus.publish(["user:carol"])
            assert there.dropped == ["user:bob"]
            await message.send(connection)
            assert there.dropped == ["user:bob"]
            await connection.commit()

            async def received() -> bool:
                return "user:jane" in there.dropped

            await eventually(received, bool)
    await message.delivered()


async def test_a_rolled_back_transaction_sends_no_message(join: Join, database: Database) -> None:
    here, there = await join(), await join()
    async with database.engine.connect() as connection:
        await here.bus.message(["user:jane"]).send(connection)
        await connection.rollback()
    await here.bus.publish(["user:bob"])
    assert there.dropped == ["user:bob"]


async def test_a_change_is_doubted_until_its_outcome_is_recorded(join: Join, database: Database) -> None:
    log, there = log_over(database), await join()
    change = Change("olga", Action.BLOCKED, AuditedTable.KEY, "key_1", {"user_id": "jane"}, {"blocked": True})

    async def doubted() -> bool:
        return "user:jane" in there.doubted

    async with log.audit.recording(change):
        await eventually(doubted, bool)
        there.doubted.clear()
        await eventually(doubted, bool)
    assert there.dropped == []


async def test_a_stopped_replica_is_not_waited_for(join: Join, empty_database: str) -> None:
    here, there = await join(), await join()
    await there.bus.aclose()
    assert not there.bus.may_serve()
    assert await rows(empty_database) == {here.bus.id}
    await here.bus.publish(["user:jane"])
    assert "user:jane" not in there.dropped


async def notified(url: str, payload: str) -> None:
    """Send a payload to all replicas, as another release could."""
    async with administrator(url) as connection:
        await connection.execute("select pg_notify('keydesk_dropped', %s)", (payload,))


@pytest.mark.parametrize(
    "more", [[], [True], [True, {"a member": "of later"}]], ids=["earlier", "now", "later"]
)
async def test_messages_of_older_and_newer_releases_are_valid(
    join: Join, empty_database: str, more: list[Any]
) -> None:
    here = await join()
    await notified(empty_database, json.dumps(["another", "1", ["user:jane"], *more]))

    async def dropped() -> list[str]:
        return here.dropped

    assert await eventually(dropped, bool) == ["user:jane"]


@pytest.mark.parametrize(
    "payload", ["", "none", "[]", '["a", "1"]', '["a", "1", 5]', '{"a": 1, "b": 2, "c": 3}']
)
async def test_an_invalid_message_drops_everything_and_keeps_listening(
    join: Join, empty_database: str, payload: str
) -> None:
    here, there = await join(), await join()
    await notified(empty_database, payload)

    async def forgotten() -> bool:
        return EVERYTHING in there.dropped

    await eventually(forgotten, bool)
    await eventually(there.serves, bool)
    await eventually(here.serves, bool)
    await here.bus.publish(["user:jane"])
    assert there.dropped[-1] == "user:jane"
