"""Statistics of jobs: number of runs, duration and time of the last success."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from keydesk.jobs.periodic import Runs

pytestmark = pytest.mark.anyio


def job(failure: BaseException | None = None) -> Callable[[], Awaitable[object]]:
    async def work() -> None:
        if failure is not None:
            raise failure

    return work


async def test_a_successful_run_is_counted_with_its_time() -> None:
    runs = Runs()
    await runs.of(job())
    assert (runs.succeeded, runs.failed) == (1, 0)
    assert runs.last_success_at is not None
    assert runs.last_seconds is not None


@pytest.mark.parametrize("failure", [RuntimeError("broken"), asyncio.CancelledError()])
async def test_a_failed_run_is_counted_and_keeps_the_time_of_the_last_success(failure: BaseException) -> None:
    runs = Runs(last_success_at=1.0)
    with pytest.raises(type(failure)):
        await runs.of(job(failure))
    assert (runs.succeeded, runs.failed, runs.last_success_at) == (0, 1, 1.0)
