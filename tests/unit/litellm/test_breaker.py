"""The circuit breaker opens after consecutive failures, lets one call try, and closes after a success."""

from dataclasses import dataclass

import pytest

from keydesk.litellm import BreakerOpen
from keydesk.litellm.breaker import CircuitBreaker


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(failures=3, reset_seconds=5.0, clock=clock)


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        breaker.failed(breaker.enter())


def test_it_opens_after_enough_failures_in_a_row(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 2
    with pytest.raises(BreakerOpen) as raised:
        breaker.enter()
    assert raised.value.retry_after_seconds == 3.0


def test_a_success_between_failures_keeps_it_closed(breaker: CircuitBreaker) -> None:
    fail(breaker, 2)
    breaker.answered(breaker.enter())
    fail(breaker, 2)
    assert not breaker.is_open


def test_after_a_while_one_call_may_try(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 5
    breaker.enter()
    with pytest.raises(BreakerOpen):
        breaker.enter()


def test_it_closes_after_a_successful_try(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 5
    breaker.answered(breaker.enter())
    assert not breaker.is_open
    fail(breaker, 2)
    assert not breaker.is_open


def test_it_opens_again_after_a_failed_try(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 5
    breaker.failed(breaker.enter())
    with pytest.raises(BreakerOpen) as raised:
        breaker.enter()
    assert raised.value.retry_after_seconds == 5.0


def test_a_cancelled_try_allows_another_one(breaker: CircuitBreaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 5
    breaker.abandoned(breaker.enter())
    breaker.answered(breaker.enter())
    assert not breaker.is_open


def test_a_success_of_an_earlier_call_does_not_close_it(breaker: CircuitBreaker) -> None:
    slow = breaker.enter()
    fail(breaker, 3)
    breaker.answered(slow)
    assert breaker.is_open


def test_a_failure_of_an_earlier_call_does_not_fail_the_try(breaker: CircuitBreaker, clock: Clock) -> None:
    slow = breaker.enter()
    fail(breaker, 3)
    clock.now += 5
    trying = breaker.enter()
    breaker.failed(slow)
    breaker.abandoned(slow)
    with pytest.raises(BreakerOpen):
        breaker.enter()
    breaker.answered(trying)
    assert not breaker.is_open


def test_late_failures_do_not_keep_it_open_longer(breaker: CircuitBreaker, clock: Clock) -> None:
    slow = breaker.enter()
    fail(breaker, 3)
    clock.now += 4
    breaker.failed(slow)
    clock.now += 1
    breaker.answered(breaker.enter())
    assert not breaker.is_open


def test_whether_calls_are_rejected_is_known_without_a_call(breaker: CircuitBreaker, clock: Clock) -> None:
    assert not breaker.rejects_calls
    fail(breaker, 3)
    assert breaker.rejects_calls
    assert breaker.refused == 0
    clock.now += 5
    assert not breaker.rejects_calls
    passage = breaker.enter()
    assert breaker.rejects_calls
    breaker.answered(passage)
    assert not breaker.rejects_calls
