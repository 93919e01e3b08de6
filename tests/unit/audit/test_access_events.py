"""Access events are recorded, with a bounded number of entries."""

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
def recorder(log: Log, time: Time) -> AccessEventRecorder:
    return AccessEventRecorder(log.audit, time)


async def recorded(log: Log) -> list[tuple[str, str, str | None]]:
    return [(entry.actor, entry.action, entry.outcome) async for entry in log.store.entries()]


async def test_a_sign_in_is_recorded_at_the_first_use_of_a_token(
    log: Log, recorder: AccessEventRecorder
) -> None:
    for _ in range(5):
        await recorder.arrived(JANE, "a token")
    await recorder.arrived(BOB, "another token")
    await recorder.arrived(Service("plugin:proxy"), "a third token")
    assert await recorded(log) == [
        (JANE.ref, "signed_in", "succeeded"),
        (BOB.ref, "signed_in", "succeeded"),
        ("plugin:proxy", "signed_in", "succeeded"),
    ]


async def test_new_tokens_of_one_person_are_recorded_every_ten_minutes(
    log: Log, recorder: AccessEventRecorder, time: Time
) -> None:
    for number in range(60):
        await recorder.arrived(JANE, f"token {number}")
        time.now += timedelta(minutes=1)
    assert len(await recorded(log)) == 6


async def test_every_sign_out_and_the_next_sign_in_are_recorded(
    log: Log, recorder: AccessEventRecorder
) -> None:
    for session in ("a session", "another"):
        await recorder.arrived(JANE, session)
        await recorder.left(JANE.ref)
    assert await recorded(log) == [
        (JANE.ref, action, "succeeded") for action in ("signed_in", "signed_out") * 2
    ]


async def test_a_sign_in_through_a_proxy_is_recorded_once_a_day(
    log: Log, recorder: AccessEventRecorder, time: Time
) -> None:
    for _ in range(48):
        await recorder.arrived(JANE, "")
        time.now += timedelta(hours=1)
    assert len(await recorded(log)) == 3


async def test_a_missing_permission_is_recorded_once_per_interval(
    log: Log, recorder: AccessEventRecorder, time: Time
) -> None:
    for _ in range(10):
        await recorder.refused(JANE, "litellm.audit.read")
        await recorder.refused(JANE, "litellm.team.create")
        time.now += timedelta(minutes=1)
    assert await recorded(log) == [(JANE.ref, "refused", "failed")] * 4


async def test_a_burst_of_bad_credentials_is_one_entry(
    log: Log, recorder: AccessEventRecorder, time: Time
) -> None:
    for _ in range(500):
        await recorder.not_signed_in("192.0.2.1")
        await recorder.not_signed_in("192.0.2.2")
    assert await recorded(log) == [("keydesk", "refused", "failed")] * 2
    for _ in range(60):
        await recorder.not_signed_in("192.0.2.3")
        time.now += timedelta(seconds=30)
    assert len(await recorded(log)) == 2


async def test_an_event_that_could_not_be_recorded_is_recorded_next_time(
    log: Log, recorder: AccessEventRecorder
) -> None:
    await log.sql("alter table audit_marks rename to away")
    if log.database.is_sqlite:
        await recorder.arrived(JANE, "a token")
    await log.sql("alter table away rename to audit_marks")
    await recorder.arrived(JANE, "a token")
    assert await recorded(log) == [(JANE.ref, "signed_in", "succeeded")]
