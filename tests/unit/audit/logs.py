"""An audit log in a database of its own, and SQL access to its tables."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from sqlalchemy import text

from keydesk.audit.chain import Chain
from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.audit.store import AuditStore, Watch
from keydesk.audit.verifying import Fault, SavedHead, Verdict, Verification
from keydesk.kit.clock import Clock, utc_now
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database
from keydesk.storage.migrate import migrate
from tests.support.desk.migrated import migrated

KEY = b"the key of the tests' audit log, 32 bytes"


@dataclass(frozen=True)
class Log:
    """`audit` writes to the log as Keydesk does, `sql` as an intruder would."""

    database: Database
    store: AuditStore
    audit: Audit

    async def made(self, alias: str = "laptop", actor: str = "user:default/jane") -> None:
        """Record one change, which is two entries."""
        change = Change(actor, Action.CREATED, AuditedTable.KEY, None, after={"alias": alias})
        async with self.audit.recording(change) as intent:
            intent.object_id = f"key_of_{alias}"

    async def verdict(self, saved_head: SavedHead | None = None) -> Verdict:
        return await Verification(self.store, saved_head).run()

    async def fault(self, saved_head: SavedHead | None = None) -> Fault:
        found = (await self.verdict(saved_head)).fault
        assert found is not None
        return found

    async def sql(self, *statements: str, **values: Any) -> None:
        async with self.database.writing() as connection:
            for statement in statements:
                await connection.execute(text(statement), values if ":" in statement else {})


def log_over(database: Database, clock: Clock = utc_now, key: bytes = KEY, watch: Watch | None = None) -> Log:
    store = AuditStore(database, Chain(key), watch)
    return Log(database, store, Audit(store, clock))


@asynccontextmanager
async def opened_log(url: str, clock: Clock = utc_now) -> AsyncIterator[Log]:
    """Open an empty log in the database with this URL."""
    database = Database(DatabaseSettings(url=SecretStr(migrated(url))))
    try:
        await migrate(database)
        yield log_over(database, clock)
    finally:
        await database.close()
