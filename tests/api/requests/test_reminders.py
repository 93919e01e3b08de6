"""Approvers are reminded of requests that wait, and both sides get a notice before a request expires."""

from datetime import timedelta

import pytest

from tests.api.requests.conftest import RequestDesk
from tests.api.requests.test_notices import notices_of
from tests.support.desk.people import PLATFORM_TEAM

pytestmark = pytest.mark.anyio


async def reminders_after(office: RequestDesk, **time: float) -> list[tuple[str, str]]:
    """Run the job twice at that time. Return the kinds and recipients of all reminders until then."""
    office.clock.by = timedelta(**time)
    for _ in range(2):
        await office.desk.app.state.services.settle_requests.apply()
    kinds = {"request_waiting", "request_expiring"}
    return sorted((kind, who) for kind, who, *_ in notices_of(office) if kind in kinds)


async def test_approvers_are_reminded_once_per_interval(office: RequestDesk) -> None:
    request = await office.asked()
    reminder = ("request_waiting", PLATFORM_TEAM)
    assert await reminders_after(office, days=2, hours=23) == []
    assert await reminders_after(office, days=3) == [reminder]
    assert await reminders_after(office, days=5, hours=23) == [reminder]
    assert await reminders_after(office, days=6, hours=1) == [reminder] * 2
    (first, _second) = [each for each in notices_of(office) if each[0] == "request_waiting"]
    assert first[2:] == (
        request["id"],
        {
            "amount": "60",
            "by": f"user:default/{office.jane.user_id}",
            "ends_at": request["requested"]["until"].replace("Z", "+00:00"),
            "reason": "A project",
        },
    )


async def test_nobody_is_reminded_of_a_decided_request(office: RequestDesk) -> None:
    request = await office.asked()
    await office.approve(request)
    assert await reminders_after(office, days=13) == []


async def test_both_sides_get_one_notice_before_a_request_expires(office: RequestDesk) -> None:
    await office.asked()
    expiring = [
        ("request_expiring", recipient)
        for recipient in (PLATFORM_TEAM, f"user:default/{office.jane.user_id}")
    ]
    assert [each for each in await reminders_after(office, days=11, hours=23) if each in expiring] == []
    assert [each for each in await reminders_after(office, days=12) if each in expiring] == expiring
    assert [each for each in await reminders_after(office, days=13) if each in expiring] == expiring
    assert [each for each in await reminders_after(office, days=14) if each in expiring] == expiring
