"""A rolling update as the older release sees it.

The schema grows while Keydesk runs, and before one starts. The newer release is simulated by a schema that grew in
every way that docs/contributing/migrations.md allows. `test_older_release.py` has two releases with their own code.
"""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from keydesk.storage.migrate import change_schema, migrate
from tests.api.matrix.requests import Objects
from tests.support.desk.full import GRANTED, OPERATIONS, FullDesk, full_desk, full_settings
from tests.support.desk.storage import storage_named
from tests.support.upstream.address import Upstream
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique
from tests.unit.storage.conftest import opened

pytestmark = [pytest.mark.anyio, pytest.mark.long]

NEWER = "9999"
USES_BEFORE_IT_IS_PREPARED = 6
"""PostgreSQL's driver prepares a statement after this many uses. A prepared one may not fit a changed table."""


def grow(connection: Connection) -> None:
    """Add a nullable column and one with a default to every table, and add another table."""
    tables = inspect(connection).get_table_names()
    for table in sorted(set(tables) - {"alembic_version"}):
        connection.execute(text(f"alter table {table} add column newer_note text"))
        connection.execute(text(f"alter table {table} add column newer_number integer not null default 0"))
    connection.execute(text("create table newer_things (id integer primary key, note text not null)"))
    connection.execute(text("update alembic_version set version_num = :newer"), {"newer": NEWER})


async def newer_release_starts(database_url: str) -> None:
    database = opened(database_url)
    await change_schema(database, grow)
    await database.close()


async def prepared(full: FullDesk) -> dict[str, Objects]:
    """Create the objects that each route needs."""
    return {route: await full.objects(route) for route in OPERATIONS}


async def refused_routes(full: FullDesk, objects: dict[str, Objects]) -> list[tuple[str, int, str]]:
    """Call every route of the service. Return those that fail."""
    refused = []
    for route, wanted in objects.items():
        answer = await full.ask(route, wanted)
        if answer.status_code not in GRANTED:
            refused.append((route, answer.status_code, answer.text[:300]))
    return refused


async def test_this_release_works_while_a_newer_one_migrates_the_schema(
    sandbox: Upstream, gateway: Gateway, empty_database: str
) -> None:
    settings = full_settings(sandbox, empty_database)
    async with full_desk(settings, gateway) as running:
        owner = running.people["owner"]
        for number in range(USES_BEFORE_IT_IS_PREPARED):
            await owner.issue(unique(f"laptop-{number}"))
        objects = await prepared(running)
        during, _ = await asyncio.gather(
            refused_routes(running, objects), newer_release_starts(empty_database)
        )
        # A request may have to be repeated if both need the same lock.
        assert {status for _, status, _ in during} <= {503}, during
        async with full_desk(settings, gateway) as restarted:
            assert await refused_routes(restarted, await prepared(restarted)) == []
            assert await refused_routes(running, await prepared(running)) == []
            issued = await owner.issue(unique("phone"))
            seen_there = await restarted.people["owner"].key(issued["token"])
            assert seen_there["key_alias"] == issued["key_alias"]
    database = opened(empty_database)
    async with database.reading() as connection:
        assert await connection.scalar(text("select version_num from alembic_version")) == NEWER
        assert await connection.scalar(text("select count(*) from audit_log where newer_number = 0"))
    await database.close()


@pytest.mark.real_postgres
async def test_a_blocked_migration_is_retried(tmp_path: Path) -> None:
    attempts: list[int] = []

    def alter(connection: Connection) -> None:
        attempts.append(1)
        connection.execute(text("alter table keys add column newer_note text"))

    async def attempted() -> int:
        return len(attempts)

    with storage_named("postgres", tmp_path) as storage, storage.new_database() as url:
        database = opened(url)
        await migrate(database)
        async with database.writing() as replica:
            await replica.execute(text("select * from keys for update"))
            changing = asyncio.create_task(change_schema(database, alter))
            await eventually(attempted, lambda number: number > 1)
        await changing
        await database.close()
