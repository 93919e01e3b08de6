"""Cached reports: freshness, shared computation and memory limit."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from keydesk.litellm import LiteLLMError, Unreachable
from keydesk.usage.answers import Answer, Answers, answer_of
from keydesk.usage.csv_file import csv_escape
from tests.unit.storage.conftest import ControlledClock

pytestmark = pytest.mark.anyio


class Kitchen:
    """Makes numbered results."""

    def __init__(self) -> None:
        self.made = 0
        self.complete = True
        self.failure: LiteLLMError | None = None

    async def make(self) -> Answer:
        await asyncio.sleep(0)
        if self.failure:
            raise self.failure
        self.made += 1
        return Answer(str(self.made).encode(), str(self.made), self.complete)


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


@pytest.fixture
def answers(clock: ControlledClock) -> Answers:
    return Answers(10_000, 5, clock)


async def test_parallel_callers_share_one_result(answers: Answers, kitchen: Kitchen) -> None:
    given = await asyncio.gather(*(answers.get("jane", kitchen.make) for _ in range(10)))
    assert ({answer.body for answer in given}, kitchen.made) == ({b"1"}, 1)


async def test_a_stale_result_is_returned_while_a_new_one_is_computed(
    answers: Answers, kitchen: Kitchen, clock: ControlledClock
) -> None:
    await answers.get("jane", kitchen.make)
    clock.go_on(timedelta(seconds=4))
    assert (await answers.get("jane", kitchen.make)).body == b"1"
    clock.go_on(timedelta(seconds=2))
    assert ((await answers.get("jane", kitchen.make)).body, kitchen.made) == (b"1", 1)
    for _ in range(3):
        await asyncio.sleep(0)
    assert ((await answers.get("jane", kitchen.make)).body, kitchen.made) == (b"2", 2)
    clock.go_on(timedelta(seconds=26))
    assert (await answers.get("jane", kitchen.make)).body == b"3"


async def test_an_incomplete_result_is_not_returned_after_the_outage(
    answers: Answers, kitchen: Kitchen, clock: ControlledClock
) -> None:
    kitchen.complete = False
    await answers.get("jane", kitchen.make)
    kitchen.complete = True
    clock.go_on(timedelta(seconds=6))
    assert (await answers.get("jane", kitchen.make)).complete


async def test_a_failure_is_not_cached(answers: Answers, kitchen: Kitchen) -> None:
    kitchen.failure = Unreachable("down")
    given = await asyncio.gather(
        *(answers.get("jane", kitchen.make) for _ in range(3)), return_exceptions=True
    )
    assert given == [kitchen.failure] * 3
    kitchen.failure = None
    assert (await answers.get("jane", kitchen.make)).body == b"1"


async def test_a_cancelled_caller_does_not_cancel_the_result_for_others(
    answers: Answers, kitchen: Kitchen
) -> None:
    impatient = asyncio.create_task(answers.get("jane", kitchen.make))
    patient = asyncio.create_task(answers.get("jane", kitchen.make))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).body == b"1"


def test_the_etag_does_not_depend_on_the_timestamp() -> None:
    now, later = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC)
    one = answer_of(b'{"spend":1,"as_of":"2026-01-01T00:00:00Z"}', now, complete=True)
    same = answer_of(b'{"spend":1,"as_of":"2026-01-01T00:00:01Z"}', later, complete=True)
    other = answer_of(b'{"spend":2,"as_of":"2026-01-01T00:00:01Z"}', later, complete=True)
    assert one.tag == same.tag != other.tag


async def test_the_least_recently_used_result_is_evicted(kitchen: Kitchen, clock: ControlledClock) -> None:
    answers = Answers(3_500, 5, clock)
    for name in ("jane", "bob", "carol", "jane", "dave"):
        await answers.get(name, kitchen.make)
    assert [answers.fresh(name) is not None for name in ("jane", "bob", "carol", "dave")] == [
        True,
        False,
        True,
        True,
    ]


async def test_a_result_larger_than_the_cache_is_returned_and_not_cached(
    kitchen: Kitchen, clock: ControlledClock
) -> None:
    answers = Answers(500, 5, clock)
    assert (await answers.get("jane", kitchen.make)).body == b"1"
    assert answers.fresh("jane") is None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\ta", "\ra", "  =1", "＝1"])  # noqa: RUF001 - full width
def test_a_text_that_looks_like_a_formula_is_escaped(text: str) -> None:
    assert csv_escape(text) == f"'{text}"


@pytest.mark.parametrize("value", ["laptop", "a=b", "", None, -1.5])
def test_other_values_are_unchanged(value: str | float | None) -> None:
    assert csv_escape(value) == value
