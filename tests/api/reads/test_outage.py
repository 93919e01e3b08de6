"""During a LiteLLM outage, people see cached data with its age, and changes are refused immediately."""

from datetime import datetime, timedelta

import pytest

from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.later import Later
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.eventually import eventually
from tests.support.upstream.making import Maker, unique

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("one_attempt")]

READS = ["/user/info", "/keys", "/models", "/teams", "/teams/managed"]


async def visited(desk: Desk, jane: Visitor) -> dict[str, object]:
    here = desk.welcome(jane)
    return {path: await here.read(path) for path in READS}


@pytest.mark.parametrize("outage", [{"outage": "refuse"}, {"outage": "hang"}], ids=["refuses", "hangs"])
async def test_cached_data_is_shown_with_its_age(
    open_later: OpenDesk, jane: Visitor, later: Later, control: SandboxControl, outage: dict[str, str]
) -> None:
    async with open_later(upstream={"timeout_seconds": 3.0}) as desk:
        before = await visited(desk, jane)
        later.by = timedelta(minutes=20)
        with control.fault("/", **outage):
            for path in ("/user/info", "/keys", "/teams", "/models"):
                answer = await desk.welcome(jane).get(path)
                assert answer.status_code == 200, path
                # Models stay fresh twelve times as long and are not old yet.
                if path != "/models":
                    assert 1199 <= int(answer.headers["age"]) <= 1230
                    assert answer.headers["warning"].startswith("111 keydesk")
                shown = answer.json()
                if path == "/user/info":
                    as_of = datetime.fromisoformat(shown.pop("as_of"))
                    assert abs(later() - timedelta(minutes=20) - as_of) < timedelta(minutes=1)
                assert shown == before[path]


@pytest.mark.parametrize("is_new", [True, False], ids=["made by it", "seen for the first time"])
async def test_the_first_read_is_cached(
    *,
    open_later: OpenDesk,
    sign_in: SignIn,
    scene: Scene,
    make: Maker,
    later: Later,
    control: SandboxControl,
    is_new: bool,
) -> None:
    """It is cached although the read itself changed the account."""
    if not is_new:
        await make.person(user_id=scene.user_id("carol"))
    carol = await sign_in("carol")
    async with open_later() as desk:
        here, snapshots = desk.welcome(carol), desk.app.state.services.cache
        before = await here.read("/user/info")

        async def kept() -> int:
            return len(snapshots)

        # The models, which every start reads, and the account.
        await eventually(kept, lambda number: number > 1)
        later.by = timedelta(minutes=20)
        with control.fault("/", outage="refuse"):
            seen = await here.read("/user/info")
        assert seen.pop("as_of")
        assert seen == before


async def test_ages_disappear_when_litellm_is_back(
    open_later: OpenDesk, jane: Visitor, later: Later, control: SandboxControl
) -> None:
    async with open_later() as desk:
        here = desk.welcome(jane)
        await here.read("/user/info")
        later.by = timedelta(minutes=20)
        with control.fault("/", outage="refuse"):
            assert "warning" in (await here.get("/user/info")).headers
        later.by += timedelta(minutes=1)
        answer = await here.get("/user/info")
        assert "warning" not in answer.headers
        assert "as_of" not in answer.json()


async def test_changes_are_refused_immediately(
    open_later: OpenDesk, jane: Visitor, later: Later, control: SandboxControl
) -> None:
    """The circuit breaker is open: no request waits for LiteLLM, and no displayed data changes."""
    async with open_later() as desk:
        here = desk.welcome(jane)
        before = await here.read("/keys")
        # The account is stale, so the outage is detected before the request for a key.
        later.by = timedelta(seconds=10)
        with control.fault("/", outage="refuse"):
            for _ in range(5):
                await here.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
            control.forget()
            answer = await here.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
            assert_problem(answer, 503, "upstream-busy")
            assert int(answer.headers["retry-after"]) > 0
            assert control.calls() == []
            assert await here.read("/keys") == before


@pytest.mark.parametrize("fault", [{"outage": "refuse"}, {"outage": "hang"}], ids=["refused", "in doubt"])
async def test_a_change_without_effect_drops_nothing_from_the_cache(
    open_later: OpenDesk, jane: Visitor, control: SandboxControl, fault: dict[str, str]
) -> None:
    async with open_later(upstream={"timeout_seconds": 1.0}) as desk:
        here = desk.welcome(jane)
        before = await visited(desk, jane)
        with control.fault("/", **fault):
            answer = await here.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
            assert answer.status_code in {502, 503, 504}
            for path in ("/keys", "/teams"):
                assert await here.read(path) == before[path]


async def test_data_that_is_too_old_is_not_shown(
    open_later: OpenDesk, jane: Visitor, later: Later, control: SandboxControl
) -> None:
    async with open_later() as desk:
        await visited(desk, jane)
        later.by = timedelta(seconds=3601)
        with control.fault("/", outage="refuse"):
            assert (await desk.welcome(jane).get("/keys")).status_code in {502, 503}
