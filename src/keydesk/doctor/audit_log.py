"""Whether the audit log goes on under the configured secret. Looks at its end only; `audit verify` at all of it."""

from collections.abc import AsyncIterator

from keydesk.audit.store import HEAD, AuditStore
from keydesk.doctor.finding import Finding, failed, ok
from keydesk.storage.database import Database
from keydesk.storage.inspection import UNUSABLE

_CHECK = "audit log"


async def check_audit_log(database: Database, store: AuditStore) -> AsyncIterator[Finding]:
    """Says nothing where there is no log yet, or no database; that is another check's."""
    if database.file is not None and not database.file.exists():
        return
    try:
        head = await store.mark(HEAD)
    except UNUSABLE:
        return
    if head is None:
        return
    if store.chain.is_ours(head):
        yield ok(_CHECK, f"goes on after entry {head.seq}")
        return
    yield failed(
        _CHECK,
        "was written with another secret than the configured one, or its end was changed",
        "Put the `secret` back that belongs to this database before anything is started with another one: ids of "
        "keys would change, and the log would no longer verify (docs/reference/audit.md).",
    )
