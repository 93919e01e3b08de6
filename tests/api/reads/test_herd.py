"""Many requests for expired entries cause one LiteLLM call per entry."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import pytest

from keydesk.cache.cache import EVERYTHING
from keydesk.kit.clock import utc_now
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.people import NAMES, Scene
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.eventually import eventually
from tests.unit.auth.peers import StillClock

pytestmark = [pytest.mark.anyio, pytest.mark.long, pytest.mark.usefixtures("one_attempt")]

CACHE = {"fresh_seconds": 60.0, "stale_seconds": 600.0, "outage_seconds": 86_400.0}
READS = ["/user/info", "/keys", "/teams", "/models"]
TIMES = 10
EACH = {"GET /v2/user/info": len(NAMES), "GET /key/list": len(NAMES), "GET /v2/team/list": len(NAMES)}
"""One refresh of each kind for each person."""


@pytest.fixture
def clock() -> StillClock:
    return StillClock(utc_now())


@pytest.fixture
async def desk(surroundings: Surroundings, scene: Scene, clock: StillClock) -> AsyncIterator[Desk]:
    settings = surroundings.settings(cache=CACHE, directory={"people": scene.directory()})
    async with open_desk(settings, clock) as desk:
        yield desk


@pytest.fixture
async def crowd(desk: Desk, scene: Scene, control: SandboxControl) -> list[Visitor]:
    """People with an account who have loaded everything."""
    people = [await desk.sign_in(scene.user_id(name)) for name in NAMES]
    for visitor in people:
        await visitor.read("/user/info")
    assert await statuses_of_reads(people) == {200}
    control.forget()
    return people


async def statuses_of_reads(people: Sequence[Visitor]) -> set[int]:
    """Return the statuses of two hundred parallel reads."""
    reads = [visitor.get(path) for path in READS for visitor in people for _ in range(TIMES)]
    return {answer.status_code for answer in await asyncio.gather(*reads)}


async def test_two_hundred_callers_wait_for_one_load_of_an_old_entry(
    crowd: list[Visitor], clock: StillClock, control: SandboxControl
) -> None:
    clock.pass_by(hours=3)
    assert await statuses_of_reads(crowd) == {200}
    expected = Counter({**EACH, "GET /model/info": 1})

    async def calls() -> Counter[str]:
        # On a busy machine a call may take longer than a request waits for it. Then Keydesk pauses, by its clock.
        clock.pass_by(seconds=3)
        assert await statuses_of_reads(crowd) == {200}
        return Counter(control.calls())

    assert await eventually(calls, lambda made: made.total() >= expected.total()) == expected
    assert await calls() == expected


async def test_a_stale_entry_is_refreshed_once_in_the_background(
    crowd: list[Visitor], clock: StillClock, control: SandboxControl
) -> None:
    clock.pass_by(minutes=5)
    assert await statuses_of_reads(crowd) == {200}

    async def refreshed() -> Counter[str]:
        return Counter(control.calls())

    assert await eventually(refreshed, lambda calls: calls.total() >= sum(EACH.values())) == EACH


async def test_two_hundred_first_requests_after_a_restart_make_no_more_calls(
    desk: Desk, crowd: list[Visitor], control: SandboxControl
) -> None:
    desk.app.state.services.cache.drop({EVERYTHING})
    assert await statuses_of_reads(crowd) == {200}
    assert Counter(control.calls()) == {**EACH, "GET /model/info": 1}


async def test_an_outage_makes_one_attempt_per_entry_and_one_call_when_it_ends(
    crowd: list[Visitor], clock: StillClock, control: SandboxControl
) -> None:
    clock.pass_by(hours=3)
    with control.fault("/", outage="refuse"):
        assert await statuses_of_reads(crowd) == {200}
        attempts = Counter(control.calls())
        assert all(count <= len(NAMES) for count in attempts.values()), attempts
        for _ in range(3):
            assert await statuses_of_reads(crowd) == {200}
        assert Counter(control.calls()) == attempts
    control.forget()

    async def answered() -> int:
        clock.pass_by(seconds=3)
        await statuses_of_reads(crowd)
        return len(set(control.calls()))

    await eventually(answered, lambda kinds: kinds == len(EACH) + 1)
    await statuses_of_reads(crowd)
    assert all(count <= len(NAMES) for count in Counter(control.calls()).values()), control.calls()
