"""The daily job warns about keys that violate the policy, and acts only after the grace. It never deletes a key."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from keydesk.jobs.lifetimes_apply import ApplyLifetimes, Result
from keydesk.jobs.lifetimes_plan import Finding, Step
from keydesk.lifetimes.models import Violation
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, SignIn, Visitor, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)
DeskAt = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture
def desk_at(surroundings: Surroundings, scene: Scene, clock: Later) -> DeskAt:
    """Opens another Keydesk with rules for lifetimes, whose clock the test advances."""

    @asynccontextmanager
    async def opened(**lifetimes: Any) -> AsyncIterator[Desk]:
        settings = surroundings.settings(
            directory={"people": scene.directory()}, litellm={"key_lifetimes": lifetimes}
        )
        async with open_desk(settings, clock) as desk:
            # The tests apply the plan themselves, and to their own keys only.
            await desk.app.state.services.leases.claim("job:apply-lifetimes", DAY)
            yield desk

    return opened


def job_of(desk: Desk) -> ApplyLifetimes:
    job: ApplyLifetimes = desk.app.state.services.apply_lifetimes
    return job


async def planned(desk: Desk, *key_ids: str) -> list[Finding]:
    """Return the plan for these keys. A shared gateway has others as well."""
    pages = [page async for page in job_of(desk).plan.pages()]
    return [finding for page in pages for finding in page.findings if finding.key_id in key_ids]


async def applied(desk: Desk, *key_ids: str) -> list[Result]:
    """Apply the plan to these keys only."""
    only = {finding.identity for finding in await planned(desk, *key_ids)}
    results = []
    async for page in job_of(desk).plan.pages():
        results += [result for _, result in await job_of(desk).apply_page(page, only)]
    return results


async def key_of(visitor: Visitor, **fields: Any) -> str:
    key_id: str = (await visitor.issue(unique("laptop"), **fields))["token"]
    return key_id


async def test_an_idle_key_is_warned_about_then_blocked_and_an_extension_revives_it(
    desk_at: DeskAt, as_person: SignIn, clock: Later
) -> None:
    jane = await as_person("jane")
    key_id = await key_of(jane, duration="1y")
    async with desk_at(block_idle_after="30d", grace="7d") as desk:
        assert await planned(desk, key_id) == []
        clock.by = 31 * DAY
        (finding,) = await planned(desk, key_id)
        assert (finding.violation, finding.step) == (Violation.IDLE, Step.WARN)
        assert await applied(desk, key_id) == [Result.WARNED]
        clock.by = 37 * DAY
        assert await applied(desk, key_id) == [Result.WAITING]
        assert not (await jane.key(key_id))["blocked"]
        clock.by = 39 * DAY
        assert await applied(desk, key_id) == [Result.BLOCKED]
        assert (await jane.key(key_id))["blocked"]

        owner = await desk.sign_in(jane.user_id)
        problem = assert_problem(await owner.post(f"/keys/{key_id}/unblock"), 403, "policy-refused")
        assert problem["hint"] == "Extend the key if you still need it."
        extended = await owner.post(f"/keys/{key_id}/extend", duration="2y")
        assert (extended.status_code, extended.json()["blocked"]) == (200, False)
        assert not (await jane.key(key_id))["blocked"]
        (finding,) = await planned(desk, key_id)
        assert finding.step is Step.WARN, "the owner gets another grace"


async def test_a_restart_or_a_later_policy_never_acts_without_a_warning(
    desk_at: DeskAt, as_person: SignIn, clock: Later
) -> None:
    key_id = await key_of(await as_person("jane"))
    clock.by = 400 * DAY
    for _ in range(2):
        async with desk_at(rotate_every="30d", grace="7d") as desk:
            results = await applied(desk, key_id)
            assert results[0] in (Result.WARNED, Result.WAITING)
    assert results == [Result.WAITING]


async def test_an_overdue_rotation_blocks_the_key_and_only_a_rotation_helps(
    desk_at: DeskAt, as_person: SignIn, clock: Later
) -> None:
    jane = await as_person("jane")
    key_id = await key_of(jane, duration="1y")
    clock.by = 31 * DAY
    async with desk_at(rotate_every="30d", grace="7d") as desk:
        assert await applied(desk, key_id) == [Result.WARNED]
        clock.by = 39 * DAY
        owner = await desk.sign_in(jane.user_id)
        assert await applied(desk, key_id) == [Result.BLOCKED]
        for path in ("unblock", "extend"):
            sent = {"duration": "1y"} if path == "extend" else {}
            problem = assert_problem(
                await owner.post(f"/keys/{key_id}/{path}", **sent), 403, "policy-refused"
            )
            assert "not rotated in time" in problem["error"]
        assert await applied(desk, key_id) == []
        answer = await owner.post(f"/keys/{key_id}/rotate", overlap="1h")
        assert_problem(answer, 403, "policy-refused", param="overlap")
        assert (await owner.post(f"/keys/{key_id}/rotate")).status_code == 200
        assert not (await jane.key(key_id))["blocked"]
        assert (await owner.delete(f"/keys/{key_id}")).status_code == 200


@pytest.mark.parametrize("duration", [None, "1y"])
async def test_a_key_that_lives_too_long_is_shortened_after_the_warning(
    desk_at: DeskAt, as_person: SignIn, clock: Later, duration: str | None
) -> None:
    jane = await as_person("jane")
    key_id = await key_of(jane, **({"duration": duration} if duration else {}))
    before = await jane.key(key_id)
    async with desk_at(longest="30d", grace="7d") as desk:
        assert await applied(desk, key_id) == [Result.WARNED]
        assert await jane.key(key_id) == before
        clock.by = 8 * DAY
        assert await applied(desk, key_id) == [Result.SHORTENED]
        after = await jane.key(key_id)
        left = datetime.fromisoformat(after["expires_at"]) - (clock() - clock.by)
        assert abs(left - 30 * DAY) < timedelta(minutes=5)
        assert not after["blocked"]
        assert await planned(desk, key_id) == []


async def test_a_violation_that_ends_forgets_its_warning(
    desk_at: DeskAt, as_person: SignIn, clock: Later, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    key_id = issued["token"]
    async with desk_at(longest="30d", grace="7d") as desk:
        assert await applied(desk, key_id) == [Result.WARNED]
        owner = desk.welcome(jane)
        assert (await owner.post(f"/keys/{key_id}/extend", duration="30d")).status_code == 200
        assert await applied(desk, key_id) == []
        await gateway.post("/key/update", key=issued["key"], duration=None)
        clock.by = 8 * DAY
        assert await applied(desk, key_id) == [Result.WARNED]


async def test_a_key_that_changed_since_the_plan_is_left_alone(
    desk_at: DeskAt, as_person: SignIn, clock: Later, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    key_id = issued["token"]
    async with desk_at(longest="30d", grace="7d") as desk:
        assert await applied(desk, key_id) == [Result.WARNED]
        clock.by = 8 * DAY
        job = job_of(desk)
        pages = [page async for page in job.plan.pages()]
        await gateway.post("/key/update", key=issued["key"], duration="1d")
        before = await jane.key(key_id)
        (page,) = [page for page in pages if any(each.key_id == key_id for each in page.findings)]
        (identity,) = [each.identity for each in page.findings if each.key_id == key_id]
        assert [result for _, result in await job.apply_page(page, {identity})] == [Result.UNCHANGED]
        assert await jane.key(key_id) == before


async def test_keys_of_administrators_and_without_an_owner_are_left_alone(
    desk_at: DeskAt, make: Maker, desk: Desk
) -> None:
    administrator = await make.person(user_role="proxy_admin")
    keys = [await make.key(), await make.key(administrator), await make.key(await make.person())]
    ids = [desk.app.state.services.keys.ids.of(key.token) for key in keys]
    async with desk_at(longest="30d") as strict:
        assert [finding.key_id for finding in await planned(strict, *ids)] == ids[2:]
