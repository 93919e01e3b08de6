"""Intents and outcomes of changes are recorded, without secrets."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.audit.entries import Entry
from keydesk.audit.models import Action, AuditedTable, Change, Outcome
from keydesk.kit.messages import message
from keydesk.kit.problems import NotRecorded, PolicyRefused
from keydesk.litellm import TimedOut
from tests.unit.audit.logs import Log, log_over

pytestmark = pytest.mark.anyio
CHANGE = Change("user:default/jane", Action.BLOCKED, AuditedTable.KEY, "key_1", {"blocked": False}, {})
SECRETS = [
    "sk-" + "Canary0123456789abcdef",
    "c0ffee" * 10 + "beef",
    "eyJhbGciOiJFUzI1NiJ9.canary.signature",
]


async def entries_of(log: Log) -> list[Entry]:
    return [entry async for entry in log.store.entries()]


async def test_a_change_is_an_intent_and_then_an_outcome(log: Log) -> None:
    async with log.audit.recording(CHANGE):
        assert [(entry.kind, entry.outcome) for entry in await entries_of(log)] == [("intent", None)]
    intent, outcome = await entries_of(log)
    assert (intent.change_id, outcome.outcome) == (outcome.change_id, "succeeded")
    assert (intent.before_value, outcome.before_value) == ({"blocked": False}, None)
    assert (outcome.seq, outcome.previous) == (intent.seq + 1, intent.hash)


async def test_a_refused_change_is_recorded_as_failed(log: Log) -> None:
    with pytest.raises(PolicyRefused):
        async with log.audit.recording(CHANGE):
            raise PolicyRefused(message("No."))
    assert [(entry.outcome, entry.reason) for entry in await entries_of(log)][1:] == [
        ("failed", "policy-refused")
    ]


async def test_a_change_with_an_unknown_outcome_stays_open(log: Log) -> None:
    with pytest.raises(TimedOut):
        async with log.audit.recording(CHANGE):
            raise TimedOut("POST /key/block")
    (intent,) = await log.audit.abandoned(timedelta(seconds=-1))
    assert intent.change == CHANGE
    await log.audit.settle(intent, Outcome.SUCCEEDED, "found-made")
    assert await log.audit.abandoned(timedelta(seconds=-1)) == []


@pytest.mark.parametrize("object_id", ["team-1", "ab" * 32], ids=["plain", "like a key hash"])
async def test_a_recent_change_is_found_before_it_has_an_outcome(log: Log, object_id: str) -> None:
    async def has_begun(action: Action, of: str, seconds: float) -> bool:
        return await log.audit.has_begun(action, of, timedelta(seconds=seconds))

    async with log.audit.recording(Change("olga", Action.DELETED, AuditedTable.MEMBERSHIP, object_id)):
        assert await has_begun(Action.DELETED, object_id, 60)
        assert not await has_begun(Action.DELETED, object_id, -4000)
        assert not await has_begun(Action.CREATED, object_id, 60)
        assert not await has_begun(Action.DELETED, "another", 60)


async def test_a_failure_after_something_was_created_leaves_the_intent_open(log: Log) -> None:
    async def fail() -> None:
        async with log.audit.recording(CHANGE) as intent:
            intent.object_id = "key_2"
            raise PolicyRefused(message("No."))

    with pytest.raises(PolicyRefused):
        await fail()
    assert len(await log.audit.abandoned(timedelta(seconds=-1))) == 1


async def test_an_outcome_after_reconciliation_is_refused(log: Log) -> None:
    async def be_slow() -> None:
        async with log.audit.recording(CHANGE):
            (intent,) = await log.audit.abandoned(timedelta(seconds=-1))
            await log.audit.settle(intent, Outcome.UNDONE, "orphan-deleted")

    with pytest.raises(NotRecorded):
        await be_slow()
    assert [entry.outcome for entry in await entries_of(log)] == [None, "undone"]
    assert (await log.verdict()).fault is None


async def test_settling_twice_records_one_outcome(log: Log) -> None:
    with pytest.raises(TimedOut):
        async with log.audit.recording(CHANGE):
            raise TimedOut("POST /key/block")
    (intent,) = await log.audit.abandoned(timedelta(seconds=-1))
    await asyncio.gather(*(log.audit.settle(intent, Outcome.UNKNOWN) for _ in range(5)))
    assert len(await entries_of(log)) == 2


@pytest.mark.parametrize("secret", SECRETS, ids=["virtual key", "key hash", "token"])
async def test_credentials_are_not_recorded(log: Log, secret: str) -> None:
    values: dict[str, Any] = {"alias": f"my {secret}", "models": [secret], secret: {"deep": [secret]}}
    change = Change(secret, Action.CREATED, AuditedTable.KEY, secret, before=values, after=values)
    async with log.audit.recording(change) as intent:
        intent.object_id = f"key {secret}"
    assert secret not in str(await entries_of(log))
    assert (await log.verdict()).fault is None


async def test_plain_words_are_recorded_unchanged(log: Log) -> None:
    await log.made("task-force-learning-platform", "user:default/desk-jane")
    intent = (await entries_of(log))[0]
    assert intent.updated_values == {"alias": "task-force-learning-platform"}
    assert intent.actor == "user:default/desk-jane"


@pytest.mark.parametrize("value", ["ünïcode ☃", "nul\0byte", 0.1 + 0.2, 1e300, 2**53, None, {"a": [1.5]}])
async def test_any_value_survives_the_database_and_the_chain(log: Log, value: Any) -> None:
    change = Change("keydesk", Action.UPDATED, AuditedTable.USER, "jane", after={"value": value})
    await log.audit.note(change)
    assert (await log.verdict()).fault is None


async def test_no_change_is_made_without_the_database(log: Log) -> None:
    await log.sql("drop table audit_log")
    happened = False
    with pytest.raises(Exception, match="audit_log"):
        async with log.audit.recording(CHANGE):
            happened = True
    assert not happened


async def test_the_log_is_valid_after_old_entries_are_pruned(log: Log) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    writer = log_over(log.database, lambda: now)
    for _ in range(5):
        await writer.made()
    now += timedelta(days=10)
    await writer.made("recent")
    assert await writer.audit.prune(9) == 10
    assert (await log.verdict()).fault is None
    kept = await entries_of(log)
    assert (kept[0].seq, kept[0].number) == (11, 6)
    assert (kept[-1].action, kept[-1].updated_values) == ("pruned", {"entries": 10, "older_than_days": 9})
    assert await writer.audit.prune(9) == 0
    await log.sql("delete from audit_log where seq = 11")
    assert (await log.fault()).seq == 11


async def test_pruning_stops_at_an_open_change(log: Log) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    writer = log_over(log.database, lambda: now)
    await writer.made()
    with pytest.raises(TimedOut):
        async with writer.audit.recording(CHANGE):
            raise TimedOut("POST /key/block")
    await writer.made()
    now += timedelta(days=10)
    assert await writer.audit.prune(9) == 2
    assert (await entries_of(log))[0].seq == 3


async def test_the_watcher_gets_entries_after_they_are_written(log: Log) -> None:
    watched: list[Entry] = []
    await log_over(log.database, watch=watched.extend).made()
    assert watched == await entries_of(log)
