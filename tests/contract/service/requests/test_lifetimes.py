"""A key that lives longer than the policy allows. The job for lifetimes does not act on it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from keydesk.kit.people import Person
from tests.contract.service.requests.conftest import REQUESTS, Office, approve, asked, tomorrow
from tests.support.desk.desk import Desk, Visitor
from tests.support.desk.problems import assert_problem
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
LONGER = {"kind": "key_lifetime", "max_budget": None}


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    lifetimes = {"key_lifetimes": {"longest": "30d", "grace": "7d"}}
    async with office.open(litellm=lifetimes, requests=REQUESTS | {"kinds": ["key_lifetime"]}) as desk:
        # The tests read the plan themselves.
        await desk.app.state.services.leases.claim("job:apply-lifetimes", DAY)
        yield desk


async def violations(desk: Desk, key_id: str) -> list[str]:
    plan = desk.app.state.services.apply_lifetimes.plan
    return [each.violation async for page in plan.pages() for each in page.findings if each.key_id == key_id]


def expiry(key: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(key["expires_at"])


async def test_a_key_lives_until_the_approved_date(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    issued = await jane.issue(unique("laptop"), duration="20d", budget_duration="30d", rpm_limit=7)
    key_id, before = issued["token"], await office.key_row(issued)
    until = tomorrow(office, days=200)
    await approve(olga, await asked(jane, **LONGER, key_id=key_id, until=until))
    during = await office.key_row(issued)
    expires = datetime.fromisoformat(during.pop("expires"))
    assert timedelta() <= datetime.fromisoformat(until) - expires <= timedelta(minutes=1)
    assert during == {name: value for name, value in before.items() if name != "expires"}
    assert await violations(desk, key_id) == []
    office.clock.by = timedelta(days=200)
    await office.settle(desk)
    after = await office.key_row(issued)
    assert after.pop("expires")
    assert after == during
    record = (await desk.app.state.services.requests.of(_person(jane)))[0]
    assert record.state == "ended"


def _person(visitor: Visitor) -> Person:
    return Person(f"user:default/{visitor.user_id}")


async def test_an_approver_shortens_a_key_without_an_end(
    office: Office, jane: Visitor, olga: Visitor
) -> None:
    key_id = (await jane.issue(unique("laptop")))["token"]
    request = await asked(jane, **LONGER, key_id=key_id)
    await approve(olga, request, until=tomorrow(office, days=365))
    left = expiry(await jane.key(key_id)) - office.clock()
    assert timedelta(days=364) < left <= timedelta(days=365)


async def test_a_key_that_never_expires_and_is_rotated(desk: Desk, jane: Visitor, olga: Visitor) -> None:
    key_id = (await jane.issue(unique("laptop")))["token"]
    decided = await approve(olga, await asked(jane, **LONGER, key_id=key_id))
    assert decided["state"] == "approved"
    assert (await jane.key(key_id))["expires_at"] is None
    assert await violations(desk, key_id) == []
    assert (await jane.post(f"/keys/{key_id}/rotate", overlap="0s")).status_code == 200
    assert (await jane.key(key_id))["expires_at"] is None
    assert await violations(desk, key_id) == []


async def test_a_key_beyond_the_approval_is_found(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    issued = await jane.issue(unique("laptop"))
    key_id = issued["token"]
    await approve(olga, await asked(jane, **LONGER, key_id=key_id, until=tomorrow(office, days=60)))
    await office.gateway.post("/key/update", key=issued["key"], duration="90d")
    assert await violations(desk, key_id) == ["too_long"]


async def test_an_old_key_keeps_its_expiration_with_an_approval(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    issued = await jane.issue(unique("laptop"))
    key_id = issued["token"]
    await office.gateway.post("/key/update", key=issued["key"], duration="-1")
    assert await violations(desk, key_id) == ["never_expires"]
    await approve(olga, await asked(jane, **LONGER, key_id=key_id))
    assert await violations(desk, key_id) == []


async def test_only_a_lifetime_beyond_the_policy_is_requested(
    office: Office, jane: Visitor, olga: Visitor
) -> None:
    key_id = (await jane.issue(unique("laptop"), duration="20d"))["token"]
    for days, status in ((10, 422), (25, 422), (4000, 422)):
        until = tomorrow(office, days=days)
        answer = await jane.post("/requests", **LONGER, key_id=key_id, until=until, reason="A project")
        assert (answer.status_code, answer.json()["param"]) == (status, "until"), days
    assert_problem(await olga.post("/requests", **LONGER, key_id=key_id, reason="Not mine"), 404, "not-found")
    await jane.post(f"/keys/{key_id}/block")
    answer = await jane.post("/requests", **LONGER, key_id=key_id, reason="A project")
    assert_problem(answer, 403, "policy-refused")
