"""Ten thousand parallel changes by two processes create one complete, valid hash chain."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter

import pytest

from keydesk.audit.entries import Kind
from tests.resilience.audit.writing_changes import URL_VARIABLE
from tests.support.desk.storage import Storage
from tests.unit.audit.logs import Log, opened_log

pytestmark = [pytest.mark.anyio, pytest.mark.long]
CHANGES = {"sqlite": 300, "postgres": 10_000}


async def test_concurrent_changes_by_two_processes_make_one_chain(
    storage: Storage, empty_database: str
) -> None:
    changes = CHANGES[storage.name]
    async with opened_log(empty_database) as log:
        half = changes // 2
        await _written_by(*[await _started(empty_database, first, half) for first in (0, half)])
        verdict = await log.verdict()
        assert (verdict.fault, verdict.entries) == (None, 2 * changes)
        await _check_nothing_is_missing(log, changes)


async def _started(url: str, first: int, count: int) -> Process:
    """Start a process that has opened the database and waits for input."""
    program = (sys.executable, "-m", "tests.resilience.audit.writing_changes", str(first), str(count))
    process = await asyncio.create_subprocess_exec(
        *program, stdin=PIPE, stdout=PIPE, env={**os.environ, URL_VARIABLE: url}
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def _written_by(*processes: Process) -> None:
    """Start the changes of all processes and wait for them to finish."""
    await asyncio.gather(*(process.communicate(b"\n") for process in processes))
    assert [process.returncode for process in processes] == [0] * len(processes)


async def _check_nothing_is_missing(log: Log, changes: int) -> None:
    kinds: Counter[tuple[str, str | None]] = Counter()
    aliases, ended = set(), set()
    async for entry in log.store.entries():
        kinds[entry.kind, entry.outcome] += 1
        if entry.kind == Kind.INTENT:
            aliases.add((entry.updated_values or {})["alias"])
        else:
            ended.add(entry.object_id)
    assert kinds == {(Kind.INTENT, None): changes, (Kind.OUTCOME, "succeeded"): changes}
    assert aliases == {f"k{number}" for number in range(changes)}
    assert ended == {f"key_of_k{number}" for number in range(changes)}
