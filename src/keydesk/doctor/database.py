"""Checks Keydesk's database: the connection, the schema, write access and the end of the audit log."""

from collections.abc import AsyncIterator
from pathlib import Path

from keydesk.audit.store import HEAD, AuditStore
from keydesk.doctor.finding import Finding, check_clock, failed, ok, warning
from keydesk.kit.clock import Clock
from keydesk.storage.database import Database
from keydesk.storage.diagnosis import diagnosed, folder_problem
from keydesk.storage.inspection import UNUSABLE, prove_writable, schema_revision, time_of
from keydesk.storage.migrate import newest_revision

_CHECK = "database"
_AUDIT_LOG = "audit log"


async def check_database(database: Database, clock: Clock) -> AsyncIterator[Finding]:
    if database.file is not None and not database.file.exists():
        yield _new_file(database, database.file)
        return
    try:
        revision = await schema_revision(database)
        theirs, ours = await time_of(database), clock()
    except UNUSABLE as error:
        found = diagnosed(error, database)
        yield failed(_CHECK, found.reason, found.remedy)
        return
    yield ok(_CHECK, "is reachable")
    yield check_clock("database clock", "the database", theirs, ours)
    yield _schema(revision, newest_revision())
    try:
        await prove_writable(database)
    except UNUSABLE as error:
        found = diagnosed(error, database)
        yield failed("database rights", f"Keydesk cannot write: {found.reason}", found.remedy)
        return
    yield ok("database rights", "Keydesk can create and change tables")


def _new_file(database: Database, file: Path) -> Finding:
    if found := folder_problem(database):
        return failed(_CHECK, found.reason, found.remedy)
    return ok(_CHECK, f"{file} does not exist yet and will be created")


def _schema(revision: str | None, newest: str) -> Finding:
    check = "database schema"
    if revision is None:
        return ok(check, "is empty; the tables will be created at the start")
    if revision == newest:
        return ok(check, f"is up to date ({revision})")
    if revision < newest:
        return ok(check, f"is {revision}; Keydesk migrates it to {newest} when it starts")
    remedy = (
        "Run the newer release again. An older release can share the database only during a rolling update."
    )
    return warning(check, f"is {revision}, which belongs to a newer release than this one ({newest})", remedy)


async def check_audit_log(database: Database, store: AuditStore) -> AsyncIterator[Finding]:
    """Yield a finding about the audit log, or nothing if there is no log yet or the database is unavailable."""
    if database.file is not None and not database.file.exists():
        return
    try:
        head = await store.mark(HEAD)
    except UNUSABLE:
        return
    if head is None:
        return
    if store.chain.is_ours(head):
        yield ok(_AUDIT_LOG, f"ends with entry {head.seq}")
        return
    yield failed(
        _AUDIT_LOG,
        "was written with a different secret, or its last entry was changed",
        "Restore the `secret` of this database before you start Keydesk. With a different secret, key ids change and "
        "the log cannot be verified (docs/reference/audit.md).",
    )
