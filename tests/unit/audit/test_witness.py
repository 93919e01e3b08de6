"""What is no change is recorded too, and however often somebody comes, boundedly."""

from datetime import UTC, datetime, timedelta

import pytest

from keydesk.audit.access_events import AccessEventRecorder
from keydesk.kit.people import Person, Service
from tests.unit.audit.logs import Log

pytestmark = pytest.mark.anyio
JANE, BOB = Person("user:default/jane"), Person("user:default/bob")


class Time:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 31, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def witness(log: Log, time: Time) -> AccessEventRecorder:
    return AccessEventRecorder(log.audit, time)


async def recorded(log: Log) -> list[tuple[str, str, str | None]]:
    return [(entry.actor, entry.action, entry.outcome) async for entry in log.store.entries()]


async def test_a_sign_in_is_recorded_at_the_first_use_of_a_token(
    log: Log, witness: AccessEventRecorder
) -> None:
    for _ in range(5):
        await witness.arrived(JANE, "a token")
    await witness.arrived(BOB, "another token")
    await witness.arrived(Service("plugin:proxy"), "a third token")
    assert await recorded(log) == [
        (JANE.ref, "signed_in", "succeeded"),
        (BOB.ref, "signed_in", "succeeded"),
        ("plugin:proxy", "signed_in", "succeeded"),
    ]


async def test_a_new_token_with_every_request_is_not_an_entry_with_every_request(
    log: Log, witness: AccessEventRecorder, time: Time
) -> None:
    for number in range(60):
        await witness.arrived(JANE, f"token {number}")
        time.now += timedelta(minutes=1)
    assert len(await recorded(log)) == 6


async def test_every_sign_out_is_an_entry_and_the_sign_in_after_it_too(
    log: Log, witness: AccessEventRecorder
) -> None:
    for session in ("a session", "another"):
        await witness.arrived(JANE, session)
        await witness.left(JANE.ref)
    assert await recorded(log) == [
        (JANE.ref, action, "succeeded") for action in ("signed_in", "signed_out") * 2
    ]


async def test_the_word_of_a_proxy_is_a_sign_in_a_day(
    log: Log, witness: AccessEventRecorder, time: Time
) -> None:
    for _ in range(48):
        await witness.arrived(JANE, "")
        time.now += timedelta(hours=1)
    assert len(await recorded(log)) == 3


async def test_a_lacking_permission_is_recorded_once_in_a_while(
    log: Log, witness: AccessEventRecorder, time: Time
) -> None:
    for _ in range(10):
        await witness.refused(JANE, "litellm.audit.read")
        await witness.refused(JANE, "litellm.team.create")
        time.now += timedelta(minutes=1)
    assert await recorded(log) == [(JANE.ref, "refused", "failed")] * 4


async def test_a_burst_of_bad_credentials_is_one_entry(
    log: Log, witness: AccessEventRecorder, time: Time
) -> None:
    for _ in range(500):
        await witness.not_signed_in("192.0.2.1")
        await witness.not_signed_in("192.0.2.2")
    assert await recorded(log) == [("keydesk", "refused", "failed")] * 2
    for _ in range(60):
        await witness.not_signed_in("192.0.2.3")
        time.now += timedelta(seconds=30)
    assert len(await recorded(log)) == 2


async def test_what_cannot_be_recorded_is_recorded_the_next_time(
    log: Log, witness: AccessEventRecorder
) -> None:
    await log.sql("alter table audit_marks rename to away")
    if log.database.is_sqlite:
        await witness.arrived(JANE, "a token")
    await log.sql("alter table away rename to audit_marks")
    await witness.arrived(JANE, "a token")
    assert await recorded(log) == [(JANE.ref, "signed_in", "succeeded")]
