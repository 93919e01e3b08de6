"""The read scheduler reads a limited number of requests per iteration of the event loop, in order of arrival."""

import asyncio
from functools import partial

import pytest

from keydesk.server.read_scheduler import ReadScheduler

pytestmark = pytest.mark.anyio


class Recorder:
    """Records in which iteration of the event loop each request was read."""

    def __init__(self) -> None:
        self.iteration = 0
        self.read: list[tuple[int, str]] = []
        self._loop = asyncio.get_running_loop()
        self._loop.call_soon(self._next)

    def record(self, name: str) -> None:
        self.read.append((self.iteration, name))

    def _next(self) -> None:
        self.iteration += 1
        if self.iteration < 20:
            self._loop.call_soon(self._next)


async def test_requests_over_the_limit_are_read_later_in_order() -> None:
    loop, scheduler, recorder = asyncio.get_running_loop(), ReadScheduler(max_reads=2), Recorder()
    read_now = [scheduler.run(loop, partial(recorder.record, name)) for name in "abcde"]
    assert read_now == [True, True, False, False, False]
    await asyncio.sleep(0.05)
    assert [name for _, name in recorder.read] == list("abcde")
    assert [iteration for iteration, _ in recorder.read] == [0, 0, 1, 1, 2]


async def test_a_later_request_does_not_overtake_a_waiting_one() -> None:
    loop, scheduler, recorder = asyncio.get_running_loop(), ReadScheduler(max_reads=1), Recorder()
    for name in "abc":
        scheduler.run(loop, partial(recorder.record, name))
    await asyncio.sleep(0)
    assert not scheduler.run(loop, partial(recorder.record, "late"))
    await asyncio.sleep(0.05)
    assert [name for _, name in recorder.read] == ["a", "b", "c", "late"]


async def test_requests_are_read_immediately_again_once_the_queue_is_empty() -> None:
    loop, scheduler, recorder = asyncio.get_running_loop(), ReadScheduler(max_reads=1), Recorder()
    for name in "ab":
        scheduler.run(loop, partial(recorder.record, name))
    await asyncio.sleep(0.05)
    assert scheduler.run(loop, partial(recorder.record, "c"))
