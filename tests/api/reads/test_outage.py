"""LiteLLM is away: people still see what they had, with its age, and changes are refused at once."""

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
async def test_people_see_what_they_had_and_how_old_it_is(
    open_later: OpenDesk, jane: Visitor, later: Later, control: SandboxControl, outage: dict[str, str]
) -> None:
    async with open_later(upstream={"timeout_seconds": 3.0}) as desk:
        before = await visited(desk, jane)
        later.by = timedelta(minutes=20)
        with control.fault("/", **outage):
            for path in ("/user/info", "/keys", "/teams", "/models"):
                answer = await desk.welcome(jane).get(path)
                assert answer.status_code == 200, path
                # Models count twelve times as long and are not old yet.
                if path != "/models":
                    assert 1199 <= int(answer.headers["age"]) <= 1230
                    assert answer.headers["warning"].startswith("111 keydesk")
                shown = answer.json()
                if path == "/user/info":
                    as_of = datetime.fromisoformat(shown.pop("as_of"))
                    assert abs(later() - timedelta(minutes=20) - as_of) < timedelta(minutes=1)
                assert shown == before[path]


@pytest.mark.parametrize("is_new", [True, False], ids=["made by it", "seen for the first time"])
async def test_the_first_look_is_remembered_too(
    *,
    open_later: OpenDesk,
    sign_in: SignIn,
    scene: Scene,
    make: Maker,
    later: Later,
    control: SandboxControl,
    is_new: bool,
) -> None:
    """Although the look itself changed what is known of the account."""
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


async def test_when_litellm_is_back_nothing_is_said_of_ages(
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


async def test_changes_are_refused_at_once(
    open_later: OpenDesk, jane: Visitor, later: Later, control: SandboxControl
) -> None:
    """The breaker has noticed; nobody waits for LiteLLM, and nothing that is shown changes."""
    async with open_later() as desk:
        here = desk.welcome(jane)
        before = await here.read("/keys")
        # The account is not fresh any more, so LiteLLM is found to be away before it is asked for a key.
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
async def test_a_change_that_comes_to_nothing_takes_nobody_what_they_had(
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


async def test_what_is_too_old_is_not_shown(
    open_later: OpenDesk, jane: Visitor, later: Later, control: SandboxControl
) -> None:
    async with open_later() as desk:
        await visited(desk, jane)
        later.by = timedelta(seconds=3601)
        with control.fault("/", outage="refuse"):
            assert (await desk.welcome(jane).get("/keys")).status_code in {502, 503}
