"""The key desk itself, which has the key, must not make a log whole again that somebody without it has cut."""

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


async def test_a_log_that_was_cut_stays_broken_when_it_is_written_on(log: Log) -> None:
    await _made(log, "one", "two", "three")
    await log.sql(*HEAD_OF_TWO)
    await _made(log, "four", "five")
    fault = await log.fault()
    assert (fault.seq, fault.what) == (3, "follows a forged head: entries may be missing")


async def test_nor_does_cutting_it_again_help(log: Log) -> None:
    await _made(log, "one", "two")
    for _ in range(2):
        await log.sql(*HEAD_OF_TWO)
        await log.made("three")
        assert (await log.fault()).seq == 3


async def test_a_log_that_was_emptied_stays_broken_when_it_is_written_on(log: Log) -> None:
    await _made(log, "one", "two")
    await log.sql(
        "delete from audit_log",
        f"update audit_marks set seq = 0, number = 0, hash = '{'0' * 64}'",  # noqa: S608 - zeros
    )
    await log.made("three")
    assert (await log.fault()).seq == 1


async def test_entries_that_were_dated_back_are_not_taken_for_old(log: Log) -> None:
    later = Later()
    writer = log_over(log.database, later)
    await _made(writer, "old")
    later.by = timedelta(days=10)
    await _made(writer, "new", "newer")
    await log.sql("update audit_log set at = '2001-02-03 04:05:06' where seq > 2")
    assert await writer.audit.prune(9) == 0
    assert (await log.fault()).what.startswith("edited")
    assert await log.store.last_seq() == 6


async def test_what_another_secret_has_written_goes_with_the_first_old_entry_of_ours(log: Log) -> None:
    """Entries under a secret that was changed cannot be told from forged ones, and still must not be kept for good."""
    later = Later()
    before, after = log_over(log.database, later, KEY[::-1]), log_over(log.database, later)
    await _made(before, "one", "two")
    await _made(after, "three")
    later.by = timedelta(days=10)
    await _made(after, "four")
    assert await after.audit.prune(9) == 6
    assert (await log.verdict()).fault is None
