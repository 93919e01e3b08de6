"""`keydesk audit`: checks that the audit log is as it was written, and prints it. Changes nothing."""

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
from keydesk.cli.config import ConfigFiles
from keydesk.kit.dates import in_utc
from keydesk.settings.loading import SettingsError, load_settings
from keydesk.storage.database import STORAGE_FAILURES, Database

T = TypeVar("T")
audit = App(name="audit")
_CANNOT_TELL = 3
"""The exit code for a log that is unbroken, but no longer reaches back to the head that was kept."""
_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


@audit.command
def verify(files: ConfigFiles = None, *, head: str | None = None) -> None:
    """Go over the whole log; exit with 1 and name the first bad entry if it is not as it was written.

    Exit with 3 if the entry that `--head` names is older than what retention has kept, so that nothing proves it.

    Parameters
    ----------
    files
        The configuration, as for `keydesk serve`.
    head
        NUMBER:HASH that an earlier run printed: proves that the log still contains what it did then.

    """
    verdict = _answered(_verify(files, _witness(head)))
    if verdict.fault is not None:
        print(f"Entry {verdict.fault.seq}: {verdict.fault.what}")  # noqa: T201 - the command's answer
        sys.exit(1)
    assert verdict.head is not None  # noqa: S101 - a log without a head is a fault
    print(f"{verdict.entries} entries, unbroken")  # noqa: T201 - the command's answer
    print(f"head {verdict.head.seq}:{verdict.head.hash}")  # noqa: T201 - to be kept elsewhere
    if verdict.saved_head_removed:
        text = f"--head: retention has removed that entry, and all others before entry {verdict.oldest}. "
        text += "Nobody can tell whether the log contained it. Use a newer head."
        Console(stderr=True, soft_wrap=True).print(text, markup=False, highlight=False)
        sys.exit(_CANNOT_TELL)


@audit.command
def export(
    files: ConfigFiles = None,
    *,
    since: datetime | None = None,
    format: Literal["jsonl"] = "jsonl",  # noqa: A002, ARG001 - the option's name; there is one format yet
) -> None:
    """Print the log to standard output, oldest entry first.

    Parameters
    ----------
    files
        The configuration, as for `keydesk serve`.
    since
        Only entries from this moment on, such as 2026-01-31; UTC unless it says otherwise.
    format
        One JSON object a line.

    """
    _answered(_export(files, _moment(since)))


def _witness(head: str | None) -> SavedHead | None:
    match = _HEAD.fullmatch(head) if head else None
    if head and match is None:
        Console(stderr=True).print("--head: expected NUMBER:HASH as an earlier run printed it")
        sys.exit(2)
    return SavedHead(int(match[1]), match[2]) if match else None


def _moment(since: datetime | None) -> datetime | None:
    try:
        return in_utc(since) if since else None
    except ValueError as error:
        Console(stderr=True).print(f"--since: {error}")
        sys.exit(2)


async def _export(files: ConfigFiles, since: datetime | None) -> None:
    async with _store(files) as store:
        async for entry in store.entries(since=since):
            sys.stdout.write(entry_line(entry) + "\n")


async def _verify(files: ConfigFiles, head: SavedHead | None) -> Verdict:
    async with _store(files) as store:
        return await Verification(store, head).run()


@asynccontextmanager
async def _store(files: ConfigFiles) -> AsyncIterator[AuditStore]:
    settings = load_settings(files)
    database = Database(settings.database)
    try:
        yield AuditStore(database, Chain(settings.derived_key("audit-chain")))
    finally:
        await database.close()


def _answered(work: Coroutine[Any, Any, T]) -> T:
    """What `work` answers; a configuration or database that cannot be used ends the program with 2."""
    try:
        return asyncio.run(work)
    except SettingsError as error:
        text = str(error)
    except (*STORAGE_FAILURES, ProgrammingError) as error:
        text = f"The database cannot be read: {type(error).__name__}"
    Console(stderr=True).print(text, markup=False, highlight=False)
    sys.exit(2)
