"""Manipulations of the audit log's tables are detected, and the first invalid entry is reported."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keydesk.audit.verifying import Fault, SavedHead, Verification
from tests.unit.audit.logs import KEY, Log, log_over, opened_log

pytestmark = pytest.mark.anyio
CHANGES = 12
ENTRIES = 2 * CHANGES
PLACES = st.integers(1, ENTRIES)
EDITS = {
    "actor": "'user:default/mallory'",
    "action": "'deleted'",
    "table_name": "'LiteLLM_TeamTable'",
    "object_id": "'key_of_another'",
    "at": "'2001-02-03 04:05:06'",
    "change_id": "'0123456789abcdef'",
    "outcome": "'undone'",
    "request_id": "'another'",
    "source": "'192.0.2.1'",
    "claimed_request_id": "'another'",
    "claimed_source": "'192.0.2.1'",
    "before_value": """'{"alias": "another"}'""",
    "updated_values": """'{"alias": "another"}'""",
    "number": "999",
    "kind": "'event'",
    "hash": "'" + "0" * 64 + "'",
    "previous": "'" + "f" * 64 + "'",
}
LENIENT = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
async def filled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Log]:
    """A log of twelve changes, which every test restores."""
    path = tmp_path_factory.mktemp("log") / "keydesk.db"
    async with opened_log(f"sqlite:///{path}") as log:
        for number in range(CHANGES):
            await log.made(f"laptop-{number}")
        await log.sql("create table kept as select * from audit_log")
        yield log


async def _restore(log: Log) -> None:
    await log.sql("delete from audit_log", "insert into audit_log select * from kept")


async def test_an_unmodified_log_is_valid(log: Log) -> None:
    for number in range(3):
        await log.made(f"laptop-{number}")
    verdict = await log.verdict()
    assert (verdict.fault, verdict.entries) == (None, 6)
    assert verdict.head is not None
    assert verdict.head.seq == 6


@LENIENT
@given(place=PLACES, column=st.sampled_from(sorted(EDITS)))
async def test_an_edited_entry_is_reported(filled: Log, place: int, column: str) -> None:
    await _restore(filled)
    await filled.sql(f"update audit_log set {column} = {EDITS[column]} where seq = {place}")  # noqa: S608
    fault = await filled.fault()
    assert (fault.seq, fault.what.split(":")[0]) == (place, "edited")


@LENIENT
@given(place=st.integers(1, ENTRIES - 1))
async def test_a_deleted_entry_is_reported(filled: Log, place: int) -> None:
    await _restore(filled)
    await filled.sql(f"delete from audit_log where seq = {place}")  # noqa: S608 - a number
    fault = await filled.fault()
    assert (fault.seq, fault.what) == (place, f"deleted: entry {place} is missing")


@LENIENT
@given(places=st.lists(PLACES, min_size=2, max_size=2, unique=True).map(sorted))
async def test_swapped_entries_are_reported(filled: Log, places: list[int]) -> None:
    await _restore(filled)
    one, other = places
    await filled.sql(
        f"update audit_log set seq = -1 where seq = {one}",  # noqa: S608 - numbers
        f"update audit_log set seq = {one} where seq = {other}",  # noqa: S608
        f"update audit_log set seq = {other} where seq = -1",  # noqa: S608
    )
    fault = await filled.fault()
    assert (fault.seq, fault.what) == (one, f"reordered: entry {one} was written as entry {other}")


@LENIENT
@given(last=st.integers(1, ENTRIES - 1))
async def test_a_truncated_log_is_detected(filled: Log, last: int) -> None:
    await _restore(filled)
    await filled.sql(f"delete from audit_log where seq > {last}")  # noqa: S608 - a number
    fault = await filled.fault()
    assert (fault.seq, fault.what.split(":")[0]) == (last + 1, "truncated")


@LENIENT
@given(first=st.integers(2, ENTRIES))
async def test_a_log_without_its_first_entries_is_detected(filled: Log, first: int) -> None:
    await _restore(filled)
    await filled.sql(f"delete from audit_log where seq < {first}")  # noqa: S608 - a number
    assert (await filled.fault()).seq == 1


async def test_deleting_and_renumbering_is_detected(log: Log) -> None:
    for number in range(3):
        await log.made(f"laptop-{number}")
    await log.sql("delete from audit_log where seq = 3", "update audit_log set seq = 3 where seq = 4")
    assert (await log.fault()).seq == 3


async def test_a_head_for_a_truncated_log_is_detected(log: Log) -> None:
    await log.made("one")
    await log.made("two")
    await log.sql(
        "delete from audit_log where seq > 2",
        "update audit_marks set seq = 2, number = 1, hash = (select hash from audit_log where seq = 2)",
    )
    assert (await log.fault()).what == "the head is forged"


async def test_a_forged_anchor_is_detected(log: Log) -> None:
    await log.made("one")
    await log.made("two")
    await log.sql(
        "insert into audit_marks select 'anchor', 2, 1, hash, hash from audit_log where seq = 2",
        "delete from audit_log where seq <= 2",
    )
    fault = await log.fault()
    assert (fault.seq, fault.what) == (3, "the anchor before this entry is forged")


async def test_a_log_without_a_head_is_invalid(log: Log) -> None:
    assert "never written, or it was deleted" in (await log.fault()).what
    await log.made()
    await log.sql("delete from audit_marks")
    assert (await log.fault()).what == "the head is missing"


async def test_a_saved_head_detects_a_rollback_of_the_whole_log(log: Log) -> None:
    await log.made("one")
    await log.sql("create table old_log as select * from audit_log")
    await log.sql("create table old_marks as select * from audit_marks")
    await log.made("two")
    head = (await log.verdict()).head
    assert head is not None
    kept = SavedHead(head.seq, head.hash)
    assert (await log.verdict(kept)).fault is None
    await log.sql(
        "delete from audit_log",
        "insert into audit_log select * from old_log",
        "delete from audit_marks",
        "insert into audit_marks select * from old_marks",
    )
    assert (await log.verdict()).fault is None
    assert (await log.fault(kept)).what.startswith("truncated")
    await log.made("another two")
    assert (await log.fault(kept)).what == "differs from the head that you saved"


async def test_an_entry_written_without_the_key_is_detected(log: Log) -> None:
    await log.made("one")
    forger = log_over(log.database, key=KEY[::-1])
    await forger.made("two")
    assert (await log.fault()).seq == 3


async def test_a_saved_head_older_than_the_log_cannot_be_compared(log: Log) -> None:
    heads = []
    for alias in ("laptop", "desktop", "phone"):
        await log.made(alias)
        head = (await log.verdict()).head
        assert head is not None
        heads.append(SavedHead(head.seq, head.hash))
    older, last_removed, kept = heads
    await pruned_up_to(log, last_removed.seq)

    verdict = await log.verdict(older)
    assert (verdict.fault, verdict.saved_head_removed, verdict.oldest) == (None, True, last_removed.seq + 1)
    assert (await log.verdict(SavedHead(older.seq, "0" * 64))).saved_head_removed
    for saved_head in (last_removed, kept):
        verdict = await log.verdict(saved_head)
        assert (verdict.fault, verdict.saved_head_removed) == (None, False)


async def test_the_last_removed_entry_is_still_compared(log: Log) -> None:
    await log.made("laptop")
    await log.made("phone")
    await pruned_up_to(log, 2)
    assert await log.fault(SavedHead(2, "0" * 64)) == Fault(2, "differs from the head that you saved")


async def pruned_up_to(log: Log, seq: int) -> None:
    """Prune the entries up to this one."""
    entries = [entry async for entry in log.store.entries()]
    following = next(entry for entry in entries if entry.seq == seq + 1)
    assert await log.store.prune(following.at) == seq


async def test_the_progress_counts_all_entries(filled: Log) -> None:
    told: list[tuple[int, int]] = []
    await _restore(filled)
    await Verification(filled.store, on_entry=lambda *counts: told.append(counts)).run()
    assert told == [(number, ENTRIES) for number in range(1, ENTRIES + 1)]
