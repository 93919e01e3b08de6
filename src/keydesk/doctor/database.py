"""Checks Keydesk's database: its schema, whether it is writable, and the end of the audit log. Changes nothing."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

from keydesk.audit.store import HEAD, AuditStore
from keydesk.doctor.finding import Finding, check_clock, failed, ok, warning
from keydesk.kit.clock import Clock
from keydesk.storage.database import Database
from keydesk.storage.inspection import UNUSABLE, prove_writable, schema_revision, time_of
from keydesk.storage.migrate import newest_revision

_CHECK = "database"
_AUDIT_LOG = "audit log"


async def check_database(database: Database, clock: Clock) -> AsyncIterator[Finding]:
    if database.file is not None and not database.file.exists():
        yield _new_file(database.file)
        return
    try:
        revision = await schema_revision(database)
        theirs, ours = await time_of(database), clock()
    except UNUSABLE as error:
        yield failed(
            _CHECK,
            f"cannot be read ({type(error).__name__})",
            "Look whether it runs, whether database.url is right, and whether this machine may connect to it.",
        )
        return
    yield ok(_CHECK, "answers")
    yield check_clock("database clock", "the database", theirs, ours)
    yield _schema(revision, newest_revision())
    try:
        await prove_writable(database)
    except UNUSABLE as error:
        yield failed(
            "database rights",
            f"nothing can be written ({type(error).__name__})",
            "Give its user the right to create and change tables; for SQLite, write access to file and folder.",
        )
        return
    yield ok("database rights", "tables can be made and changed")


def _new_file(file: Path) -> Finding:
    folder = file.resolve().parent
    if folder.is_dir() and os.access(folder, os.W_OK):
        return ok(_CHECK, f"{file} does not exist yet and will be made")
    return failed(
        _CHECK,
        f"{file} does not exist and cannot be made",
        "Make its folder, and let the user of Keydesk write there.",
    )


def _schema(revision: str | None, newest: str) -> Finding:
    check = "database schema"
    if revision is None:
        return ok(check, "is empty and will be made at the start")
    if revision == newest:
        return ok(check, f"is of this release ({revision})")
    if revision < newest:
        return ok(check, f"is {revision} and will be brought to {newest} at the start")
    remedy = "Run the newer release again; an older one works beside it only while an update rolls out."
    return warning(check, f"is {revision}, of a newer release than this one ({newest})", remedy)


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
        yield ok(_AUDIT_LOG, f"goes on after entry {head.seq}")
        return
    yield failed(
        _AUDIT_LOG,
        "was written with another secret than the configured one, or its end was changed",
        "Put the `secret` back that belongs to this database before anything is started with another one: ids of "
        "keys would change, and the log would no longer verify (docs/reference/audit.md).",
    )
