"""Usage with a ledger per test, on each database, with a fixed clock."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from keydesk.settings import Database as DatabaseSettings
from keydesk.settings import UsageKeeping
from keydesk.storage.database import Database
from keydesk.storage.migrate import migrate
from keydesk.usage.assembly import UsageParts, assemble_usage
from keydesk.usage.coverage import Interval
from keydesk.usage.report import Money, report_json
from keydesk.usage.store import UsageStore
from keydesk.usage.subjects import Subject, UsageData
from tests.support.desk.migrated import migrated
from tests.unit.storage.conftest import ControlledClock
from tests.unit.usage.ledger import Ledger

ALICE = Subject("user", "alice")
RED = Subject("team", "red")
TODAY = date(2026, 2, 10)


class CountingDatabase(Database):
    """Counts transactions that write."""

    writes = 0

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        self.writes += 1
        async with super().writing() as connection:
            yield connection


@dataclass
class Scene:
    ledger: Ledger
    database: CountingDatabase
    clock: ControlledClock
    parts: UsageParts
    store: UsageStore

    async def usage(self, start: str, end: str, subject: Subject = ALICE) -> UsageData:
        """Return the days for a caller who comes a moment after the previous one."""
        self.clock.go_on(timedelta(milliseconds=1))
        wanted = Interval(date.fromisoformat(start), date.fromisoformat(end))
        return await self.parts.queries.of(subject, wanted, cells=False)

    async def report(self, start: str, end: str, subject: Subject = ALICE) -> Any:
        """Return the report without its timestamp."""
        usage = await self.usage(start, end, subject)
        report = msgspec.json.decode(report_json(usage, Money(hidden=False)))
        del report["as_of"]
        return report

    def calls(self) -> list[str]:
        """Return the calls since the last time."""
        asked, self.ledger.asked = self.ledger.asked, []
        return asked


Opened = Callable[..., Awaitable[Scene]]


@pytest.fixture
def clock() -> ControlledClock:
    clock = ControlledClock()
    clock.now = datetime(2026, 2, 10, 12, tzinfo=UTC)
    return clock


@pytest.fixture
async def opened(empty_database: str, clock: ControlledClock) -> AsyncIterator[Opened]:
    """Opens a scene; another one over the same database represents another process."""
    scenes: list[Scene] = []

    async def opened(ledger: Ledger | None = None, page_size: int = 1000, **settings: Any) -> Scene:
        database = CountingDatabase(DatabaseSettings.model_validate({"url": migrated(empty_database)}))
        await migrate(database)
        database.writes = 0
        ledger = ledger or Ledger()
        store = UsageStore(database, lambda token_hash: f"key_{token_hash}")
        keeping = UsageKeeping.model_validate({"fresh_seconds": 0, **settings})
        parts = assemble_usage(keeping, ledger.connect(page_size), store, clock)
        scenes.append(Scene(ledger, database, clock, parts, store))
        return scenes[-1]

    yield opened
    for scene in scenes:
        await scene.parts.aclose()
        await scene.database.close()
