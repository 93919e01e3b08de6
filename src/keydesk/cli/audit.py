"""`keydesk audit`: verifies and exports the audit log. Read-only."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal, TypeVar

from cyclopts import App
from rich.console import Console
from sqlalchemy.exc import ProgrammingError

from keydesk.audit.chain import Chain
from keydesk.audit.printing import entry_line
from keydesk.audit.store import AuditStore
from keydesk.audit.verifying import SavedHead, Verdict, Verification
from keydesk.cli.config_files import ConfigFiles
from keydesk.cli.progress import counting
from keydesk.kit.dates import in_utc
from keydesk.settings.loading import SettingsError, load_settings
from keydesk.storage.database import STORAGE_FAILURES, Database

T = TypeVar("T")
audit = App(name="audit")
_CANNOT_TELL = 3
"""The exit status if the log is valid but does not contain the entry of `--head` any more."""
_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


@audit.command
def verify(files: ConfigFiles = None, *, head: str | None = None) -> None:
    """Verify the hash chain of the log. Exit with status 1 and print the first invalid entry if it was changed.

    Exit with status 3 if retention has deleted the entry of `--head`, so that it cannot be verified.

    Example: `keydesk audit verify --config keydesk.yaml`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    head
        NUMBER:HASH from an earlier run. Verifies that the log still contains the entries of that time.

    """
    verdict = _result(_verify(files, _witness(head)))
    if verdict.fault is not None:
        print(f"Entry {verdict.fault.seq}: {verdict.fault.what}")  # noqa: T201 - output of the command
        sys.exit(1)
    assert verdict.head is not None  # noqa: S101 - a log without a head has a fault
    print(f"{verdict.entries} entries, hash chain unbroken")  # noqa: T201 - output of the command
    print(f"head {verdict.head.seq}:{verdict.head.hash}")  # noqa: T201 - to be stored elsewhere
    if verdict.saved_head_removed:
        text = f"--head: retention deleted this entry and all others before entry {verdict.oldest}, "
        text += "so it cannot be verified. Use a newer head."
        Console(stderr=True, soft_wrap=True).print(text, markup=False, highlight=False)
        sys.exit(_CANNOT_TELL)


@audit.command
def export(
    files: ConfigFiles = None,
    *,
    since: datetime | None = None,
    format: Literal["jsonl"] = "jsonl",  # noqa: A002, ARG001 - the option's name; only one format exists
) -> None:
    """Write the log to standard output, oldest entry first.

    Example: `keydesk audit export --since 2026-01-31 > audit.jsonl`

    Parameters
    ----------
    files
        A configuration file, as for `keydesk serve`.
    since
        Export only entries from this date or time on, such as 2026-01-31. The default time zone is UTC.
    format
        The output format. `jsonl` writes one JSON object per line.

    """
    _result(_export(files, _moment(since)))


def _witness(head: str | None) -> SavedHead | None:
    match = _HEAD.fullmatch(head) if head else None
    if head and match is None:
        Console(stderr=True, soft_wrap=True).print(
            "--head: expected NUMBER:HASH from the output of an earlier run"
        )
        sys.exit(2)
    return SavedHead(int(match[1]), match[2]) if match else None


def _moment(since: datetime | None) -> datetime | None:
    try:
        return in_utc(since) if since else None
    except ValueError as error:
        Console(stderr=True, soft_wrap=True).print(f"--since: {error}")
        sys.exit(2)


async def _export(files: ConfigFiles, since: datetime | None) -> None:
    async with _store(files) as store:
        async for entry in store.entries(since=since):
            sys.stdout.write(entry_line(entry) + "\n")


async def _verify(files: ConfigFiles, head: SavedHead | None) -> Verdict:
    with counting("Verifying the audit log", "entries") as progress:
        async with _store(files) as store:
            return await Verification(store, head, progress.reach).run()


@asynccontextmanager
async def _store(files: ConfigFiles) -> AsyncIterator[AuditStore]:
    settings = load_settings(files)
    database = Database(settings.database)
    try:
        yield AuditStore(database, Chain(settings.derived_key("audit-chain")))
    finally:
        await database.close()


def _result(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of `work`. Exit with status 2 if the configuration is invalid or the database unavailable."""
    try:
        return asyncio.run(work)
    except SettingsError as error:
        text = str(error)
    except (*STORAGE_FAILURES, ProgrammingError) as error:
        text = f"The database cannot be read: {type(error).__name__}"
    Console(stderr=True, soft_wrap=True).print(text, markup=False, highlight=False)
    sys.exit(2)
