"""Rate limits and concurrency limits: who is refused, and that one client cannot lock out others."""

from collections.abc import Awaitable, Callable

import anyio
import httpx2
import pytest

from keydesk.http.overload import QUEUE_SECONDS
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.problems import assert_problem
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.eventually import eventually
from tests.support.upstream.making import unique

pytestmark = [pytest.mark.anyio, pytest.mark.long]

HEALTH = ("/health", "/health/live", "/health/ready")


def assert_too_many(answer: httpx2.Response) -> None:
    assert_problem(answer, 429, "too-many-requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 60


async def test_a_read_limit_does_not_affect_other_people(desk_with: OpenDesk, sign_in: SignIn) -> None:
    async with desk_with(limits={"reads_per_minute": 3}) as desk:
        jane, bob = [desk.welcome(await sign_in(name)) for name in ("jane", "bob")]
        assert [(await jane.get("/config")).status_code for _ in range(3)] == [200] * 3
        assert_too_many(await jane.get("/config"))
        assert (await bob.get("/config")).status_code == 200


async def test_writes_have_a_separate_limit(
    desk_with: OpenDesk, sign_in: SignIn, control: SandboxControl
) -> None:
    async with desk_with(limits={"writes_per_minute": 1}) as desk:
        jane = desk.welcome(await sign_in("jane"))
        await jane.issue(unique("laptop"))
        control.forget()
        assert_too_many(await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0))
        assert control.writes() == []
        assert (await jane.get("/keys")).status_code == 200


async def test_connecting_opencode_counts_as_a_write(desk_with: OpenDesk, sign_in: SignIn) -> None:
    settings = {"limits": {"writes_per_minute": 1}, "litellm": {"opencode": {"enabled": True}}}
    async with desk_with(**settings) as desk:
        jane = desk.welcome(await sign_in("jane"))
        await jane.issue(unique("laptop"))
        answer = await jane.get("/opencode/connect", redirect_uri="http://localhost:8765/callback", state="x")
        assert_too_many(answer)


async def test_refused_credentials_are_limited_and_a_valid_one_from_the_same_address_is_not(
    desk_with: OpenDesk, sign_in: SignIn
) -> None:
    async with desk_with(limits={"failed_sign_ins_per_minute": 2}) as desk:
        jane, junk = desk.welcome(await sign_in("jane")), desk.stranger("junk")
        for _ in range(2):
            assert_problem(await junk.get("/keys"), 401, "not-signed-in")
        assert_too_many(await junk.get("/keys"))
        assert (await jane.get("/keys")).status_code == 200


async def test_sign_ins_are_counted(desk_with: OpenDesk) -> None:
    async with desk_with(limits={"failed_sign_ins_per_minute": 2}) as desk:
        stranger = desk.stranger()
        for _ in range(2):
            assert (await stranger.post("/demo/sign-in", person="nobody")).status_code == 404
        assert_too_many(await stranger.post("/demo/sign-in", person="nobody"))


async def held(desk: Desk, jane: Visitor, control: SandboxControl, answers: list[httpx2.Response]) -> None:
    """Send a request while the only slot is taken, then wait until the slot is free."""

    async def take_the_place() -> None:
        answers.append(await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0))

    async def asked() -> bool:
        return "POST /key/generate" in control.calls()

    with control.fault("/key/generate", latency_seconds=0.5):
        async with anyio.create_task_group() as group:
            group.start_soon(take_the_place)
            await eventually(asked, bool)
            answers.append(await jane.get("/config"))
            answers.extend([await desk.stranger().get(path) for path in HEALTH])


async def test_requests_over_the_limit_are_refused_immediately_and_health_still_responds(
    desk_with: OpenDesk, sign_in: SignIn, control: SandboxControl
) -> None:
    async with desk_with(limits={"concurrent_requests": 1}) as desk:
        jane = desk.welcome(await sign_in("jane"))
        await jane.read("/user/info")
        control.forget()
        answers: list[httpx2.Response] = []
        await held(desk, jane, control, answers)
        refused, *healthy, made = answers
        assert_problem(refused, 503, "overloaded")
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["x-content-type-options"] == "nosniff"
        assert [answer.status_code for answer in (*healthy, made)] == [200] * 4
        assert (await jane.get("/config")).status_code == 200


async def made_in_parallel(jane: Visitor, number: int) -> list[httpx2.Response]:
    """Create this many keys in parallel."""
    answers: list[httpx2.Response] = []

    async def make() -> None:
        answers.append(await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0))

    async with anyio.create_task_group() as group:
        for _ in range(number):
            group.start_soon(make)
    return answers


async def test_changes_wait_in_a_queue_while_reads_continue(
    desk_with: OpenDesk, sign_in: SignIn, control: SandboxControl
) -> None:
    async with desk_with(limits={"concurrent_changes": 1}) as desk:
        jane = desk.welcome(await sign_in("jane"))
        await jane.read("/user/info")
        assert [answer.status_code for answer in await made_in_parallel(jane, 3)] == [200] * 3
        with control.fault("/key/generate", latency_seconds=QUEUE_SECONDS + 1):
            async with anyio.create_task_group() as group:
                group.start_soon(made_in_parallel, jane, 1)
                await eventually(changes_under_way(desk), bool)
                assert (await jane.get("/config")).status_code == 200


async def test_a_change_that_times_out_in_the_queue_is_refused_and_not_made(
    desk_with: OpenDesk, sign_in: SignIn, control: SandboxControl
) -> None:
    async with desk_with(limits={"concurrent_changes": 1}) as desk:
        jane = desk.welcome(await sign_in("jane"))
        await jane.read("/user/info")
        control.forget()
        with control.fault("/key/generate", latency_seconds=QUEUE_SECONDS + 3):
            answers = await made_in_parallel(jane, 2)
        refused, made = sorted(answers, key=lambda answer: -answer.status_code)
        assert made.status_code == 200
        assert_problem(refused, 503, "overloaded")
        assert control.writes().count("POST /key/generate") == 1
        assert (await jane.issue(unique("phone")))["key"]


def changes_under_way(desk: Desk) -> Callable[[], Awaitable[bool]]:
    async def asked() -> bool:
        return bool(desk.app.state.services.figures.requests.changes.locked())

    return asked
