"""Explains why the database cannot be used, and what to do. Never quotes the URL, which can contain a password."""

import os
import re
from dataclasses import dataclass

from keydesk.storage.database import Database, PoolTimeout

_TRY = 'Try it with `psql "$KEYDESK_DATABASE__URL" -c "select 1"`.'
_CORRECT = f"Correct database.url. {_TRY}"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`reason` is one line. `remedy` says what to change and how to check it."""

    reason: str
    remedy: str


_OF_POSTGRESQL = (
    (
        r"failed to resolve host",
        "the host name in database.url is unknown",
        "Correct the host in database.url, or the name resolution of this machine (`getent hosts HOST`).",
    ),
    (
        r"connection refused",
        "nothing listens at the host and port in database.url",
        f"Start PostgreSQL, or correct the host and port in database.url. {_TRY}",
    ),
    (
        r"password authentication failed|no password supplied",
        "PostgreSQL rejects the user name or password in database.url",
        _CORRECT,
    ),
    (
        r'role ".*" does not exist',
        "the user in database.url does not exist",
        "Create the user with `createuser --pwprompt NAME`, or correct database.url.",
    ),
    (
        r'database ".*" does not exist',
        "the database in database.url does not exist",
        "Create it with `createdb --owner=USER NAME`, or correct database.url.",
    ),
    (
        r"no pg_hba\.conf entry",
        "PostgreSQL does not accept this user from this machine",
        f"Add the user, the database and this machine to pg_hba.conf, or add sslmode=require to database.url. {_TRY}",
    ),
    (
        r"ssl|certificate",
        "the TLS connection failed",
        f"Correct sslmode and sslrootcert in database.url. {_TRY}",
    ),
    (
        r"permission denied|insufficient.?privilege|must be owner",
        "the user in database.url lacks a permission",
        "As an administrator, run `grant create, usage on schema public to USER` in this database.",
    ),
    (
        r"too many clients|remaining connection slots",
        "PostgreSQL accepts no more connections",
        "Increase max_connections of PostgreSQL, or decrease database.poolSize.",
    ),
    (r"starting up|recovery mode", "PostgreSQL is starting or recovering", "Wait, then try again."),
    (
        r"read-only transaction",
        "PostgreSQL is a read-only replica",
        "Set the address of the primary in database.url.",
    ),
    (
        r"timeout|timed out",
        "PostgreSQL does not respond in time",
        f"Check its load, and that no firewall blocks the connection. {_TRY}",
    ),
)
_OF_SQLITE = (
    (
        r"not a database|malformed",
        "the file is not a database, or is damaged",
        "Correct database.url, or restore a backup (docs/how-to/backup.md).",
    ),
    (
        r"database is locked",
        "another process keeps the file locked",
        "Stop the other process (`fuser FILE` names it). Use PostgreSQL for several replicas.",
    ),
    (r"disk is full", "the disk is full", "Free some space (`df -h`)."),
)


def diagnosed(error: Exception, database: Database) -> Diagnosis:
    """Return what an error of the driver means. Unknown errors keep the driver's text without SQL and parameters."""
    if database.file is not None and (folder := folder_problem(database)):
        return folder
    text = str(error).partition("\n[SQL")[0]
    known = _OF_SQLITE if database.is_sqlite else _OF_POSTGRESQL
    for pattern, reason, remedy in known:
        if re.search(pattern, text, re.IGNORECASE) or (
            isinstance(error, PoolTimeout) and "timeout" in pattern
        ):
            return Diagnosis(f"{reason} ({_first_line(error)})", remedy)
    return Diagnosis(
        _first_line(error),
        "Check that the database is running, that database.url is correct, and that its user can connect and "
        "create tables.",
    )


def folder_problem(database: Database) -> Diagnosis | None:
    """Return why SQLite cannot create or write its file, or None. SQLite also writes files beside it."""
    file = database.file
    if file is None:
        return None
    folder = file.resolve().parent
    if not folder.is_dir():
        return Diagnosis(
            f"unable to open database file: the folder {folder} does not exist",
            f"Create it with `mkdir -p {folder}` as the user that runs Keydesk, or correct database.url.",
        )
    for path in (folder, file):
        if path.exists() and not os.access(path, os.W_OK):
            return Diagnosis(
                f"unable to open database file: the user that runs Keydesk cannot write to {path}",
                f"Run `chown {_user()} {path}` as root, or set database.url to a file in another folder.",
            )
    return None


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "USER"


def _first_line(error: Exception) -> str:
    """Return the driver's message without the SQL, parameters and links after it."""
    return str(error).partition("\n")[0]
