"""The SQLite bus: a process looks for changes once per iteration of the event loop, or on request."""

import asyncio
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

import pytest

from keydesk.audit.invalidation import tags_of_entry
from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.storage.database import Database
from keydesk.storage.sqlite_bus import SqliteBus
from tests.support.desk.storage import STORAGES
from tests.unit.audit.logs import log_over
from tests.unit.storage.conftest import opened

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("storage", STORAGES[:1], indirect=True)]


def change_in_another_process(url: str, user_id: str) -> None:
    """Record a change of a person's key on another connection, before the caller's event loop does anything else."""
    change = Change(
        "olga", Action.BLOCKED, AuditedTable.KEY, "key_1", {"user_id": user_id}, {"blocked": True}
    )

    async def record() -> None:
        database = opened(url)
        async with log_over(database).audit.recording(change):
            pass
        await database.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, record()).result()


async def test_a_change_in_the_same_iteration_is_found_after_the_check_has_expired(
    database: Database, empty_database: str
) -> None:
    dropped: list[str] = []

    def drop(tags: Collection[str], *, certain: bool = True) -> None:
        assert certain
        dropped.extend(tags)

    bus = SqliteBus(database, tags_of_entry, drop, "*")
    await bus.start()
    try:
        assert bus.may_serve()
        change_in_another_process(empty_database, "jane")
        assert (bus.may_serve(), dropped) == (True, [])
        bus.expire_check()
        assert (bus.may_serve(), sorted(dropped)) == (True, ["key:key_1", "user:jane"])
    finally:
        await bus.aclose()
