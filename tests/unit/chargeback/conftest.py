"""Statements in an empty database, on SQLite and on PostgreSQL, without a gateway."""

import datetime as dt
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event, select

from keydesk.audit.chain import Chain
from keydesk.audit.service import Audit
from keydesk.audit.store import AuditStore
from keydesk.chargeback.closing import Closing
from keydesk.chargeback.models import Amounts, Cell, DayRead, Line, Named, Statement
from keydesk.chargeback.names_store import NamesStore
from keydesk.chargeback.naming import Naming
from keydesk.chargeback.overview_store import StatementOverview
from keydesk.chargeback.policy import first_day, last_day
from keydesk.chargeback.search_store import StatementSearch
from keydesk.chargeback.service import Chargebacks
from keydesk.chargeback.store import StatementStore
from keydesk.directory.static import StaticDirectory
from keydesk.settings import Chargeback, DirectoryPerson
from keydesk.settings import Database as DatabaseSettings
from keydesk.storage.database import Database
from keydesk.storage.leases import Leases
from keydesk.storage.tables import audit_log

LAPTOP = Cell("alice", "key_laptop", "platform", "gpt-4o")
PHONE = Cell("bob", "key_phone", "", "gpt-4o-mini")


class NoTeams:
    """A gateway that has no teams."""

    @property
    def teams(self) -> "NoTeams":
        return self

    async def list(self) -> list[Any]:
        return []


@dataclass
class Ledger:
    """The statements of one replica. `now` is the time."""

    database: Database
    settings: Chargeback = field(default_factory=lambda: Chargeback(enabled=True))
    now: dt.datetime = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    people: Sequence[DirectoryPerson] = ()

    def __post_init__(self) -> None:
        self.store, self.search = StatementStore(self.database), StatementSearch(self.database)
        self.audit = Audit(AuditStore(self.database, Chain(b"x" * 32)), self.clock)
        gateway: Any = NoTeams()
        self.naming = Naming(
            NamesStore(self.database),
            self.store,
            StaticDirectory(self.people),
            gateway,
            self.settings,
            None,
        )
        self.closing = Closing(
            self.store,
            self.search,
            self.naming,
            self.settings,
            Leases(self.database),
            self.audit,
            self.clock,
        )
        overview = StatementOverview(self.database)
        self.chargebacks = Chargebacks(
            self.store, overview, self.search, self.closing, self.settings, self.audit
        )

    def clock(self) -> dt.datetime:
        return self.now

    async def put(self, day: dt.date, cells: dict[Cell, Amounts], read_at: dt.datetime | None = None) -> None:
        spend = sum(amounts.spend for amounts in cells.values())
        await self.store.put_day(DayRead(day, read_at or self.now, cells, spend, complete=True))

    async def put_month(self, month: str, cells: dict[Cell, Amounts]) -> None:
        """Read every day of the month, all with the same figures."""
        day = first_day(month)
        while day <= last_day(month):
            await self.put(day, cells)
            day += dt.timedelta(days=1)

    async def name(self, *named: Named) -> None:
        await self.store.remember(named)

    async def lines(self, month: str) -> list[Line]:
        statement = await self.chargebacks.find(month)
        part = self.chargebacks.part(statement)
        return [line async for batch in self.search.batches(part) for line in batch]

    async def file(self, month: str, form: Any = "csv") -> bytes:
        statement = await self.chargebacks.find(month)
        parts: list[Any] = [part async for part in self.chargebacks.parts(statement, form)]
        return b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)

    async def close(self, month: str) -> Statement:
        return await self.closing.close(month, "user:default/jane")

    async def recorded(self) -> list[tuple[str, str | None]]:
        """Return the action and object of each intent and event in the audit log."""
        query = select(audit_log.c.action, audit_log.c.object_id).where(audit_log.c.kind != "outcome")
        async with self.database.reading() as connection:
            return [(row.action, row.object_id) for row in await connection.execute(query)]


@contextmanager
def queries(database: Database) -> Iterator[list[str]]:
    """Collect the queries about statements in the block."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        if "FROM statement" in text:
            asked.append(text)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
async def replica(ledger: Ledger, empty_database: str) -> AsyncIterator[Ledger]:
    """Another replica on the same database."""
    database = Database(DatabaseSettings.model_validate({"url": empty_database}))
    yield Ledger(database, ledger.settings, ledger.now)
    await database.close()
