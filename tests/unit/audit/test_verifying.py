"""Whoever writes the audit log's tables by hand is found out, and the first bad entry is named."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keydesk.audit.verifying import Fault, Witness
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
    """A log of twelve changes, which every test leaves as it was."""
    path = tmp_path_factory.mktemp("log") / "keydesk.db"
    async with opened_log(f"sqlite:///{path}") as log:
        for number in range(CHANGES):
            await log.made(f"laptop-{number}")
        await log.sql("create table kept as select * from audit_log")
        yield log


async def _restore(log: Log) -> None:
    await log.sql("delete from audit_log", "insert into audit_log select * from kept")


async def test_an_untouched_log_is_found_whole(log: Log) -> None:
    for number in range(3):
        await log.made(f"laptop-{number}")
    verdict = await log.verdict()
    assert (verdict.fault, verdict.entries) == (None, 6)
    assert verdict.head is not None
    assert verdict.head.seq == 6


@LENIENT
@given(place=PLACES, column=st.sampled_from(sorted(EDITS)))
async def test_an_edited_entry_is_named(filled: Log, place: int, column: str) -> None:
    await _restore(filled)
    await filled.sql(f"update audit_log set {column} = {EDITS[column]} where seq = {place}")  # noqa: S608
    fault = await filled.fault()
    assert (fault.seq, fault.what.split(":")[0]) == (place, "edited")


@LENIENT
@given(place=st.integers(1, ENTRIES - 1))
async def test_a_deleted_entry_is_named(filled: Log, place: int) -> None:
    await _restore(filled)
    await filled.sql(f"delete from audit_log where seq = {place}")  # noqa: S608 - a number
    fault = await filled.fault()
    assert (fault.seq, fault.what) == (place, f"deleted: entry {place} is missing")


@LENIENT
@given(places=st.lists(PLACES, min_size=2, max_size=2, unique=True).map(sorted))
async def test_swapped_entries_are_named(filled: Log, places: list[int]) -> None:
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
async def test_a_log_cut_short_is_found_out(filled: Log, last: int) -> None:
    await _restore(filled)
    await filled.sql(f"delete from audit_log where seq > {last}")  # noqa: S608 - a number
    fault = await filled.fault()
    assert (fault.seq, fault.what.split(":")[0]) == (last + 1, "truncated")


@LENIENT
@given(first=st.integers(2, ENTRIES))
async def test_a_log_that_lost_its_beginning_is_found_out(filled: Log, first: int) -> None:
    await _restore(filled)
    await filled.sql(f"delete from audit_log where seq < {first}")  # noqa: S608 - a number
    assert (await filled.fault()).seq == 1


async def test_deleting_and_renumbering_does_not_help(log: Log) -> None:
    for number in range(3):
        await log.made(f"laptop-{number}")
    await log.sql("delete from audit_log where seq = 3", "update audit_log set seq = 3 where seq = 4")
    assert (await log.fault()).seq == 3


async def test_a_head_cannot_be_made_to_fit_a_shorter_log(log: Log) -> None:
    await log.made("one")
    await log.made("two")
    await log.sql(
        "delete from audit_log where seq > 2",
        "update audit_marks set seq = 2, number = 1, hash = (select hash from audit_log where seq = 2)",
    )
    assert (await log.fault()).what == "the head is forged"


async def test_an_anchor_cannot_be_invented(log: Log) -> None:
    await log.made("one")
    await log.made("two")
    await log.sql(
        "insert into audit_marks select 'anchor', 2, 1, hash, hash from audit_log where seq = 2",
        "delete from audit_log where seq <= 2",
    )
    fault = await log.fault()
    assert (fault.seq, fault.what) == (3, "the anchor before this entry is forged")


async def test_a_log_without_a_head_is_no_log(log: Log) -> None:
    assert "never written, or it was deleted" in (await log.fault()).what
    await log.made()
    await log.sql("delete from audit_marks")
    assert (await log.fault()).what == "the head is missing"


async def test_a_log_rolled_back_as_a_whole_is_found_out_by_a_head_kept_elsewhere(log: Log) -> None:
    await log.made("one")
    await log.sql("create table old_log as select * from audit_log")
    await log.sql("create table old_marks as select * from audit_marks")
    await log.made("two")
    head = (await log.verdict()).head
    assert head is not None
    kept = Witness(head.seq, head.hash)
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


async def test_an_entry_written_without_the_key_is_found_out(log: Log) -> None:
    await log.made("one")
    forger = log_over(log.database, key=KEY[::-1])
    await forger.made("two")
    assert (await log.fault()).seq == 3


async def test_a_head_older_than_what_is_kept_proves_nothing(log: Log) -> None:
    heads = []
    for alias in ("laptop", "desktop", "phone"):
        await log.made(alias)
        head = (await log.verdict()).head
        assert head is not None
        heads.append(Witness(head.seq, head.hash))
    older, last_removed, kept = heads
    await pruned_up_to(log, last_removed.seq)

    verdict = await log.verdict(older)
    assert (verdict.fault, verdict.witness_removed, verdict.oldest) == (None, True, last_removed.seq + 1)
    assert (await log.verdict(Witness(older.seq, "0" * 64))).witness_removed
    for witness in (last_removed, kept):
        verdict = await log.verdict(witness)
        assert (verdict.fault, verdict.witness_removed) == (None, False)


async def test_the_last_removed_entry_is_still_compared(log: Log) -> None:
    await log.made("laptop")
    await log.made("phone")
    await pruned_up_to(log, 2)
    assert await log.fault(Witness(2, "0" * 64)) == Fault(2, "differs from the head that you saved")


async def pruned_up_to(log: Log, seq: int) -> None:
    """Let retention remove the entries up to this one."""
    entries = [entry async for entry in log.store.entries()]
    following = next(entry for entry in entries if entry.seq == seq + 1)
    assert await log.store.prune(following.at) == seq
