"""An index over a gateway that has only keys, on SQLite and on PostgreSQL."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from keydesk.audit.chain import Chain
from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.audit.store import AuditStore
from keydesk.key_index.indexing import KeyIndexing
from keydesk.key_index.models import KeyFilter, Sort
from keydesk.key_index.rereading import Rereading
from keydesk.key_index.rows import Rows
from keydesk.key_index.sealing import SealedHashes
from keydesk.key_index.search_store import KeySearch
from keydesk.key_index.store import KeyIndexStore
from keydesk.keys.models import KeyView
from keydesk.keys.store import KeyStore
from keydesk.kit.key_ids import KeyIds
from keydesk.storage.database import Database
from tests.unit.key_index.gateway import Gateway, PagedKeys

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
EVERY = timedelta(hours=1)
IDS = KeyIds(b"secret")


@dataclass
class Index:
    """The parts under test. `now` is the time."""

    database: Database
    gateway: Gateway
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.store = KeyIndexStore(self.database, self.clock)
        self.search = KeySearch(self.database, self.clock)
        self.key_store = KeyStore(self.database)
        self.audit = Audit(AuditStore(self.database, Chain(b"x" * 32)), self.clock)
        self.use_ids(IDS)

    def clock(self) -> datetime:
        return self.now

    def use_ids(self, ids: KeyIds) -> None:
        gateway, rows = cast("Any", self.gateway), Rows(ids, SealedHashes(b"x" * 32))
        self.rereading = Rereading(gateway, self.store, self.key_store, rows)
        self.indexing = KeyIndexing(gateway, self.store, self.rereading, self.clock, EVERY)

    @property
    def keys(self) -> PagedKeys:
        return self.gateway.keys

    async def all(self, **filters: Any) -> list[KeyView]:
        return await self.search.page(KeyFilter(**filters), Sort("created_at", falling=False), 0, 100_000)

    async def names(self, **filters: Any) -> list[str | None]:
        return [key.key_alias for key in await self.all(**filters)]

    async def record(
        self, action: Action, object_id: str, table: AuditedTable = AuditedTable.KEY, **values: Any
    ) -> None:
        async with self.audit.recording(Change("user:default/jane", action, table, object_id, before=values)):
            pass


@pytest.fixture
def index(database: Database) -> Index:
    return Index(database, Gateway())
