"""Builds the services of the index of all keys."""

from dataclasses import dataclass
from datetime import timedelta

from keydesk.accounts.names import PeopleNames
from keydesk.key_index.bulk import KeyBulk
from keydesk.key_index.indexing import KeyIndexing
from keydesk.key_index.rereading import Rereading
from keydesk.key_index.rows import Rows
from keydesk.key_index.sealing import SealedHashes
from keydesk.key_index.search_store import KeySearch
from keydesk.key_index.service import KeyIndex
from keydesk.key_index.store import KeyIndexStore
from keydesk.keys.narrowing import KeyNarrowing
from keydesk.keys.service import Keys
from keydesk.service_keys.contacts import KeyContacts
from keydesk.settings import Settings
from keydesk.storage.database import Database


@dataclass(frozen=True, slots=True)
class KeyIndexParts:
    index: KeyIndex
    indexing: KeyIndexing
    bulk: KeyBulk
    narrowing: KeyNarrowing


def assemble_key_index(
    settings: Settings, database: Database, keys: Keys, names: PeopleNames, contacts: KeyContacts
) -> KeyIndexParts:
    """Return the index. It stays empty if nothing reads it: without an audit group and without budget alerts."""
    clock = keys.issuer.clock
    store, search = KeyIndexStore(database, clock), KeySearch(database, clock)
    rows = Rows(keys.ids, SealedHashes(settings.derived_key("key-index-hashes")))
    narrowing = KeyNarrowing(keys.gateway, keys.ids, keys.store, keys.leases, keys.audit)
    rereading = Rereading(keys.gateway, store, keys.store, rows)
    is_read = settings.litellm.audit.group is not None or settings.checks_budgets
    every = timedelta(minutes=settings.key_index.refresh_minutes) if is_read else None
    return KeyIndexParts(
        index=KeyIndex(search, rereading, names, contacts),
        indexing=KeyIndexing(keys.gateway, store, rereading, clock, every),
        bulk=KeyBulk(keys, narrowing, search, rereading),
        narrowing=narrowing,
    )
