"""Leases: locks in the database that one task of one replica holds for one operation.

A lease is a row, not a database lock, so the holder keeps no connection while it waits for LiteLLM. If a holder
dies, its lease expires by the database's clock, and the next task can take it.

To prevent deadlocks, take several leases in this order:

1. `session:` (auth/session_checks.py)
2. `requests-of:` (requests/service.py)
3. `request:` (requests/service.py)
4. `team:` (teams/team_admin.py)
5. `teams-of:` (teams/team_admin.py)
6. `team-alias:` (teams/team_admin.py)
7. `account:` (accounts/provisioning.py)
8. `opencode:` (opencode/service.py)
9. `workload-rule:` (workloads/service.py)
10. `allowance-of:` (keys/allowance.py)
11. `keys-of-user:` (keys/counts.py)
12. `keys-of-team:` (keys/counts.py)
13. `key-alias:` (keys/store.py)
14. `key:` (keys/store.py)
15. `statements` (chargeback/closing.py)

Add each new kind of lease to this list. Never hold two leases of one kind at the same time.
"""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from weakref import WeakValueDictionary

import anyio
import structlog
from sqlalchemy import Executable, Float, Table, bindparam, delete
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import SQLAlchemyError

from keydesk.kit.deadline import limited_to, remaining
from keydesk.kit.messages import message
from keydesk.kit.problems import UpstreamBusy
from keydesk.storage.database import Database
from keydesk.storage.database_time import database_time
from keydesk.storage.tables import leases

_log = structlog.get_logger(__name__)
_LENGTH = timedelta(seconds=90)
"""Longer than the slowest operation under a lease: a few calls to LiteLLM, each with its own timeout."""
_PATIENCE_SECONDS = 20.0
_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.5
_LONGEST_NAME = 255
"""The length of the column. Names with the same first 255 characters share one lease."""


def _taking(insert: Callable[[Table], Any]) -> Executable:
    """Return the statement that takes a lease if it is free. It exists once, because it takes long to build."""
    row = insert(leases).values(expires_at=database_time(bindparam("seconds", type_=Float())))
    taken = row.on_conflict_do_update(
        index_elements=[leases.c.name],
        set_={"holder": row.excluded.holder, "expires_at": row.excluded.expires_at},
        where=leases.c.expires_at < database_time(),
    )
    # Use `returning`, because psycopg does not report the number of rows of such an insert.
    statement: Executable = taken.returning(leases.c.holder)
    return statement


_TAKE = {True: _taking(sqlite_insert), False: _taking(postgres_insert)}
"""For SQLite and for PostgreSQL. Parameters: name, holder, seconds."""


@dataclass(slots=True)
class Held:
    """A lease that is held. To release it in another transaction, run `giving_back` there and then set `given_back`."""

    name: str
    holder: str
    giving_back: Executable
    given_back: bool = False


class Leases:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._local: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def hold(self, name: str) -> AsyncIterator[Held]:
        """Wait for the lease `name` and hold it for the length of the block.

        Raises UpstreamBusy if another task holds it for too long.
        """
        name = name[:_LONGEST_NAME]
        lock = self._local.setdefault(name, asyncio.Lock())
        await _acquired(lock)
        try:
            held = _lease(name)
            try:
                await self._wait(held)
            except asyncio.CancelledError:
                # The lease may have been taken just before the cancellation.
                await self.release(held)
                raise
            try:
                yield held
            finally:
                if not held.given_back:
                    await self.release(held)
        finally:
            lock.release()

    async def claim(self, name: str, length: timedelta) -> Held | None:
        """Take the lease `name` for `length` if it is free, without waiting. It expires, unless it is released."""
        held = _lease(name)
        return held if await self._take(held, length) else None

    async def _wait(self, held: Held) -> None:
        pause = _FIRST_PAUSE_SECONDS
        waited, patience = 0.0, remaining(_PATIENCE_SECONDS)
        while not await self._take(held, _LENGTH):
            if waited > patience:
                raise _busy()
            await asyncio.sleep(actual := pause * random.uniform(0.5, 1.5))  # noqa: S311 - only spreads the retries
            waited += actual
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _take(self, held: Held, length: timedelta) -> bool:
        values = {"name": held.name, "holder": held.holder, "seconds": length.total_seconds()}
        async with self._database.writing() as connection:
            return (await connection.scalar(_TAKE[self._database.is_sqlite], values)) is not None

    async def release(self, held: Held) -> None:
        """Release the lease. If that fails, the lease expires, and the operation under it is still complete."""
        try:
            # Shield the release from cancellation and deadlines. Otherwise the object would stay locked until the
            # lease expires.
            with anyio.CancelScope(shield=True), limited_to(None):
                async with self._database.writing() as connection:
                    await connection.execute(held.giving_back)
        except SQLAlchemyError as error:
            _log.warning("lease_not_released", lease=held.name, kind=type(error).__name__)


def _lease(name: str) -> Held:
    holder = uuid.uuid4().hex
    return Held(name, holder, delete(leases).where(leases.c.name == name, leases.c.holder == holder))


async def _acquired(lock: asyncio.Lock) -> None:
    """Wait for the other tasks of this process. Raises UpstreamBusy."""
    try:
        async with asyncio.timeout(remaining(_PATIENCE_SECONDS)):
            await lock.acquire()
    except TimeoutError:
        raise _busy() from None


def _busy() -> UpstreamBusy:
    return UpstreamBusy(message("Another request is changing the same object."), retry_after_seconds=5)
