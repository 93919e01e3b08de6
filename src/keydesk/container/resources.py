"""Builds what services share: database, LiteLLM client, HTTP client, cache and audit log. Opens no connections."""

import asyncio
from collections.abc import Collection
from contextlib import AsyncExitStack

from keydesk.accounts.store import AccountStore
from keydesk.audit.chain import Chain
from keydesk.audit.invalidation import Invalidation, tags_of_entry
from keydesk.audit.printing import print_entries
from keydesk.audit.service import Audit
from keydesk.audit.store import AuditStore
from keydesk.cache.cache import EVERYTHING, Cache
from keydesk.cache.counters import Counters
from keydesk.directory.assembly import assemble_directory, static_directory
from keydesk.http.overload import ConcurrencyLimiter
from keydesk.keys.contact_store import ServiceKeyStore
from keydesk.keys.secret_store import KeySecrets
from keydesk.keys.store import KeyStore
from keydesk.kit.clock import Clock
from keydesk.kit.deadline import remaining
from keydesk.kit.http_client import HttpClient
from keydesk.kit.key_ids import KeyIds
from keydesk.litellm import Hooks, LiteLLM, LiteLLMConfig
from keydesk.notices.outbox import Outbox
from keydesk.notices.tally import Tally
from keydesk.settings import Settings
from keydesk.storage.database import Database
from keydesk.storage.invalidation_bus import DropTags, InvalidationBus
from keydesk.storage.leases import Leases
from keydesk.storage.sqlite_bus import SqliteBus
from keydesk.telemetry.assembly import Observability
from keydesk.telemetry.figures import Figures


class Resources:
    """The shared resources of one application.

    `closing` closes them, and what services add to it, in reverse order.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.database = Database(settings.database)
        self.counters = Counters()
        self.observability = Observability(settings, also=[self.counters.upstream_called])
        self.gateway = _gateway(settings, self.observability)
        self.http_client = HttpClient()
        self.closing = AsyncExitStack()
        closing = (
            self.observability.aclose,
            self.database.close,
            self.http_client.aclose,
            self.gateway.aclose,
        )
        for part in closing:
            self.closing.push_async_callback(part)
        self.leases = Leases(self.database)
        self.outbox = Outbox(self.database, has_channels=settings.notices.has_channels)
        self.audit_store = _audit_store(settings, self.database)
        self.concurrency = ConcurrencyLimiter(
            settings.limits.concurrent_requests, asyncio.Semaphore(settings.limits.concurrent_changes)
        )
        self.notice_tally = Tally()
        self.figures = Figures(
            breaker=self.gateway.breaker,
            audit=self.audit_store,
            requests=self.concurrency,
            connections=self.database.connections,
            caches={"snapshots": self.counters},
            notices=self.notice_tally,
        )
        self.cache = Cache(clock, settings.cache.max_megabytes * 1024 * 1024, self.counters)
        self.key_ids = KeyIds(settings.derived_key("key-ids"))
        self.invalidation_bus = _invalidation_bus(self.database, _Dropping(self.cache, self.key_ids))
        self.cache.may_serve = self.invalidation_bus.may_serve
        self.closing.push_async_callback(self.cache.aclose)
        self.closing.push_async_callback(self.invalidation_bus.aclose)
        invalidation = Invalidation(self.cache, self.invalidation_bus)
        self.audit = Audit(self.audit_store, clock, invalidation)
        self.key_store = KeyStore(self.database)
        self.service_key_store = ServiceKeyStore(self.database)
        self.key_secrets = KeySecrets(self.database, self.key_ids)
        self.account_store = AccountStore(self.database, invalidation.account_message)
        self.static_directory = static_directory(settings.directory)
        self.directory = assemble_directory(
            settings.directory, self.static_directory, self.http_client, clock, self.closing
        )


class _Dropping:
    """Drops tags from the cache, and links the new secrets of keys that are among them."""

    def __init__(self, cache: Cache, ids: KeyIds) -> None:
        self._cache = cache
        self._ids = ids

    def __call__(self, tags: Collection[str], *, certain: bool = True) -> None:
        self._ids.link_tagged(tags)
        self._cache.drop(tags, certain=certain)


def _invalidation_bus(database: Database, drop: DropTags) -> InvalidationBus:
    if database.is_sqlite:
        return SqliteBus(database, tags_of_entry, drop, EVERYTHING)
    # psycopg takes a tenth of a second to import, and only PostgreSQL needs it.
    from keydesk.storage.postgres_bus import PostgresBus  # noqa: PLC0415 - see above

    return PostgresBus(database, tags_of_entry, drop, EVERYTHING)


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
