"""Keydesk must not make a truncated log valid again by writing to it."""

from datetime import timedelta

import pytest

from tests.support.desk.later import Later
from tests.unit.audit.logs import KEY, Log, log_over

pytestmark = pytest.mark.anyio
HEAD_OF_TWO = (
    "delete from audit_log where seq > 2",
    "update audit_marks set seq = 2, number = 1, hash = (select hash from audit_log where seq = 2)",
)


async def _made(log: Log, *aliases: str) -> None:
    for alias in aliases:
        await log.made(alias)


async def test_a_truncated_log_stays_invalid_after_new_entries(log: Log) -> None:
    await _made(log, "one", "two", "three")
    await log.sql(*HEAD_OF_TWO)
    await _made(log, "four", "five")
    fault = await log.fault()
    assert (fault.seq, fault.what) == (3, "follows a forged head: entries may be missing")


async def test_truncating_a_log_twice_does_not_hide_it(log: Log) -> None:
    await _made(log, "one", "two")
    for _ in range(2):
        await log.sql(*HEAD_OF_TWO)
        await log.made("three")
        assert (await log.fault()).seq == 3


async def test_an_emptied_log_stays_invalid_after_new_entries(log: Log) -> None:
    await _made(log, "one", "two")
    await log.sql(
        "delete from audit_log",
        f"update audit_marks set seq = 0, number = 0, hash = '{'0' * 64}'",  # noqa: S608 - zeros
    )
    await log.made("three")
    assert (await log.fault()).seq == 1


async def test_backdated_entries_are_not_pruned(log: Log) -> None:
    later = Later()
    writer = log_over(log.database, later)
    await _made(writer, "old")
    later.by = timedelta(days=10)
    await _made(writer, "new", "newer")
    await log.sql("update audit_log set at = '2001-02-03 04:05:06' where seq > 2")
    assert await writer.audit.prune(9) == 0
    assert (await log.fault()).what.startswith("edited")
    assert await log.store.last_seq() == 6


async def test_entries_of_a_previous_secret_are_pruned_with_the_first_old_entry_after_them(log: Log) -> None:
    """Entries of a previous secret look like forged ones, but must not be kept forever."""
    later = Later()
    before, after = log_over(log.database, later, KEY[::-1]), log_over(log.database, later)
    await _made(before, "one", "two")
    await _made(after, "three")
    later.by = timedelta(days=10)
    await _made(after, "four")
    assert await after.audit.prune(9) == 6
    assert (await log.verdict()).fault is None
