"""Callers of the same key share one call, its result and its failure."""

import asyncio

import pytest
from structlog.testing import capture_logs

from keydesk.kit.deadline import limited_to, remaining
from keydesk.kit.single_flight import SingleFlight

pytestmark = pytest.mark.anyio


class Work:
    """Counts its calls. Each ends when the test opens the gate."""

    def __init__(self) -> None:
        self.calls = 0
        self.gate = asyncio.Event()
        self.failure: Exception | None = None

    async def __call__(self) -> int:
        self.calls += 1
        call = self.calls
        await self.gate.wait()
        if self.failure:
            raise self.failure
        return call


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def flights() -> SingleFlight[str, int]:
    return SingleFlight(ConnectionError)


async def test_callers_of_one_key_share_a_call(flights: SingleFlight[str, int], work: Work) -> None:
    callers = [asyncio.create_task(flights.run("jane", work)) for _ in range(10)]
    await asyncio.sleep(0)
    work.gate.set()
    assert await asyncio.gather(*callers) == [1] * 10


async def test_other_keys_have_their_own_calls(flights: SingleFlight[str, int], work: Work) -> None:
    work.gate.set()
    assert sorted(await asyncio.gather(*(flights.run(name, work) for name in ("jane", "bob")))) == [1, 2]


async def test_callers_share_the_failure_and_the_next_one_tries_again(
    flights: SingleFlight[str, int], work: Work
) -> None:
    work.failure = ConnectionError("down")
    work.gate.set()
    failures = await asyncio.gather(*(flights.run("jane", work) for _ in range(3)), return_exceptions=True)
    assert failures == [work.failure] * 3
    work.failure = None
    assert await flights.run("jane", work) == 2


async def test_a_cancelled_caller_does_not_cancel_the_others(
    flights: SingleFlight[str, int], work: Work
) -> None:
    first, second = (asyncio.create_task(flights.run("jane", work)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    work.gate.set()
    assert (first.cancelled(), await second, work.calls) == (True, 1, 1)


async def test_a_forgotten_call_continues_for_its_callers(
    flights: SingleFlight[str, int], work: Work
) -> None:
    early = flights.start("jane", work)
    flights.forget("jane")
    late = flights.start("jane", work)
    await asyncio.sleep(0)
    work.gate.set()
    assert (await early, await late) == (1, 2)


async def test_only_the_call_that_callers_join_is_current(flights: SingleFlight[str, int]) -> None:
    async def is_current() -> int:
        await asyncio.sleep(0)
        return int(flights.is_current("jane"))

    forgotten = flights.start("jane", is_current)
    flights.forget("jane")
    joined, alone = flights.start("jane", is_current), flights.start("jane", is_current, join=False)
    assert (await forgotten, await joined, await alone) == (0, 1, 0)


async def test_a_call_that_was_started_alone_is_not_shared(
    flights: SingleFlight[str, int], work: Work
) -> None:
    flights.start("jane", work, join=False)
    await asyncio.sleep(0)
    work.gate.set()
    assert await flights.run("jane", work) == 2


async def test_closing_cancels_the_running_calls(flights: SingleFlight[str, int], work: Work) -> None:
    caller = asyncio.create_task(flights.run("jane", work))
    await asyncio.sleep(0)
    await flights.aclose()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert list(flights) == []


@pytest.mark.parametrize(("failure", "logged"), [(ConnectionError(), 0), (ValueError(), 1)])
async def test_a_failure_is_logged_unless_it_is_expected(
    flights: SingleFlight[str, int], work: Work, failure: Exception, logged: int
) -> None:
    work.failure = failure
    work.gate.set()
    with capture_logs() as logs:
        flights.start("jane", work)
        await flights.settled()
    assert [entry["event"] for entry in logs] == ["shared_call_failed"] * logged


@pytest.mark.parametrize(("keeps", "seconds"), [(False, 60.0), (True, 0.0)])
async def test_a_call_keeps_the_deadline_of_its_request_only_if_it_should(
    keeps: bool, seconds: float
) -> None:
    async def left() -> float:
        return remaining(60.0)

    flights: SingleFlight[str, float] = SingleFlight(keeps_deadline=keeps)
    with limited_to(0.0):
        assert await flights.run("jane", left) == seconds
