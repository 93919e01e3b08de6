"""A turn of the loop reads a few requests; the others wait for the next ones, first come, first served."""

import asyncio
from functools import partial

import pytest

from keydesk.server.read_scheduler import ReadScheduler

pytestmark = pytest.mark.anyio


class Diary:
    """What was read in which turn of the loop."""

    def __init__(self) -> None:
        self.turn = 0
        self.read: list[tuple[int, str]] = []
        self._loop = asyncio.get_running_loop()
        self._loop.call_soon(self._next)

    def note(self, what: str) -> None:
        self.read.append((self.turn, what))

    def _next(self) -> None:
        self.turn += 1
        if self.turn < 20:
            self._loop.call_soon(self._next)


async def test_a_few_are_read_at_once_and_the_others_in_their_order() -> None:
    loop, turns, diary = asyncio.get_running_loop(), ReadScheduler(most=2), Diary()
    at_once = [turns.take(loop, partial(diary.note, name)) for name in "abcde"]
    assert at_once == [True, True, False, False, False]
    await asyncio.sleep(0.05)
    assert [name for _, name in diary.read] == list("abcde")
    assert [turn for turn, _ in diary.read] == [0, 0, 1, 1, 2]


async def test_nobody_who_comes_later_is_read_before_who_waits() -> None:
    loop, turns, diary = asyncio.get_running_loop(), ReadScheduler(most=1), Diary()
    for name in "abc":
        turns.take(loop, partial(diary.note, name))
    await asyncio.sleep(0)
    assert not turns.take(loop, partial(diary.note, "late"))
    await asyncio.sleep(0.05)
    assert [name for _, name in diary.read] == ["a", "b", "c", "late"]


async def test_when_nobody_waits_everybody_is_read_at_once_again() -> None:
    loop, turns, diary = asyncio.get_running_loop(), ReadScheduler(most=1), Diary()
    for name in "ab":
        turns.take(loop, partial(diary.note, name))
    await asyncio.sleep(0.05)
    assert turns.take(loop, partial(diary.note, "c"))
