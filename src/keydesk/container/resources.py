"""What every service stands on: database, LiteLLM, other peers, memory, audit log. Opens nothing by itself."""

import asyncio
from contextlib import AsyncExitStack

from keydesk.accounts.store import AccountStore
from keydesk.audit.chain import Chain
from keydesk.audit.invalidation import Invalidation, tags_of_entry
from keydesk.audit.printing import print_entries
from keydesk.audit.service import Audit
from keydesk.audit.store import AuditStore
from keydesk.cache.cache import EVERYTHING, Cache
from keydesk.cache.counters import Counters
from keydesk.directory.assembly import assemble_directory, written_directory
from keydesk.http.overload import ConcurrencyLimiter
from keydesk.keys.store import KeyStore
from keydesk.kit.clock import Clock
from keydesk.kit.deadline import remaining
from keydesk.kit.http_client import Outbound
from keydesk.kit.key_ids import KeyIds
from keydesk.litellm import Hooks, LiteLLM, LiteLLMConfig
from keydesk.settings import Settings
from keydesk.storage.database import Database
from keydesk.storage.invalidation_bus import InvalidationBus
from keydesk.storage.leases import Leases
from keydesk.storage.postgres_bus import PostgresRelay
from keydesk.storage.sqlite_bus import SqliteRelay
from keydesk.telemetry.assembly import Observability
from keydesk.telemetry.figures import Figures


class Foundation:
    """What every service stands on: the settings, the clock, the database, LiteLLM, the other peers.

    `closing` closes all of it, and what services add to it, the last one added first.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.database = Database(settings.database)
        self.counters = Counters()
        self.observability = Observability(settings, also=[self.counters.upstream_called])
        self.gateway = _gateway(settings, self.observability)
        self.outbound = Outbound()
        self.closing = AsyncExitStack()
        closing = (self.observability.aclose, self.database.close, self.outbound.aclose, self.gateway.aclose)
        for part in closing:
            self.closing.push_async_callback(part)
        self.leases = Leases(self.database)
        self.audit_store = _audit_store(settings, self.database)
        self.places = ConcurrencyLimiter(
            settings.limits.concurrent_requests, asyncio.Semaphore(settings.limits.concurrent_changes)
        )
        self.figures = Figures(
            breaker=self.gateway.breaker,
            audit=self.audit_store,
            places=self.places,
            connections=self.database.connections,
            caches={"snapshots": self.counters},
        )
        self.snapshots = Cache(clock, settings.cache.max_megabytes * 1024 * 1024, self.counters)
        self.relay = _relay(self.database, self.snapshots)
        self.snapshots.may_serve = self.relay.may_serve
        self.closing.push_async_callback(self.snapshots.aclose)
        self.closing.push_async_callback(self.relay.aclose)
        invalidation = Invalidation(self.snapshots, self.relay)
        self.audit = Audit(self.audit_store, clock, invalidation.changed, invalidation.announcing)
        self.ids = KeyIds(settings.derived_key("key-ids"))
        self.key_store = KeyStore(self.database)
        self.account_store = AccountStore(self.database, invalidation.account_changing)
        self.written = written_directory(settings.directory)
        self.directory = assemble_directory(
            settings.directory, self.written, self.outbound, clock, self.closing
        )


def _relay(database: Database, snapshots: Cache) -> InvalidationBus:
    if database.is_sqlite:
        return SqliteRelay(database, tags_of_entry, snapshots.drop, EVERYTHING)
    return PostgresRelay(database, tags_of_entry, snapshots.drop, EVERYTHING)


def _gateway(settings: Settings, observability: Observability) -> LiteLLM:
    hooks = Hooks(observability.on_call, remaining, observability.trace_headers)
    return LiteLLM(_client_config(settings), hooks=hooks)


def _audit_store(settings: Settings, database: Database) -> AuditStore:
    watch = print_entries if settings.audit.print_entries else None
    return AuditStore(database, Chain(settings.derived_key("audit-chain")), watch)


def _client_config(settings: Settings) -> LiteLLMConfig:
    return LiteLLMConfig(
        base_url=settings.litellm.base_url,
        master_key=settings.litellm.master_key,
        **settings.upstream.model_dump(),
    )
