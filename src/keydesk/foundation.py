"""What every service stands on: database, LiteLLM, other peers, memory, audit log. Opens nothing by itself."""

import asyncio
from contextlib import AsyncExitStack

from keydesk.accounts.store import AccountStore
from keydesk.audit.chain import Chain
from keydesk.audit.printing import print_entries
from keydesk.audit.service import Audit
from keydesk.audit.store import AuditStore
from keydesk.clock import Clock
from keydesk.deadline import remaining
from keydesk.directory.assembly import assemble_directory, written_directory
from keydesk.http.overload import Places
from keydesk.keys.ids import KeyIds
from keydesk.keys.store import KeyStore
from keydesk.litellm import Hooks, LiteLLM, LiteLLMConfig
from keydesk.observability.assembly import Observability
from keydesk.observability.figures import Figures
from keydesk.outbound import Outbound
from keydesk.settings import Settings
from keydesk.snapshots.cache import Snapshots
from keydesk.snapshots.counters import Counters
from keydesk.snapshots.invalidation import Invalidation, topics_of_entry
from keydesk.snapshots.topics import EVERYTHING
from keydesk.storage.database import Database
from keydesk.storage.leases import Leases
from keydesk.storage.postgres_relay import PostgresRelay
from keydesk.storage.relay import Relay
from keydesk.storage.sqlite_relay import SqliteRelay


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
        self.places = Places(
            settings.limits.concurrent_requests, asyncio.Semaphore(settings.limits.concurrent_changes)
        )
        self.figures = Figures(
            breaker=self.gateway.breaker,
            audit=self.audit_store,
            places=self.places,
            connections=self.database.connections,
            caches={"snapshots": self.counters},
        )
        self.snapshots = Snapshots(clock, settings.cache.max_megabytes * 1024 * 1024, self.counters)
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


def _relay(database: Database, snapshots: Snapshots) -> Relay:
    if database.is_sqlite:
        return SqliteRelay(database, topics_of_entry, snapshots.drop, EVERYTHING)
    return PostgresRelay(database, topics_of_entry, snapshots.drop, EVERYTHING)


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
