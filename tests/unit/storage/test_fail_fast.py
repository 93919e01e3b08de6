"""After a database timeout, further calls fail fast."""

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from keydesk.storage.database import FailFast


class HandClock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def waited(clock: HandClock, seconds: float) -> None:
    clock.now += seconds
    raise OperationalError("select 1", None, Exception())


def failing(silence: FailFast, clock: HandClock, seconds: float) -> None:
    with pytest.raises(OperationalError), silence.guard():
        waited(clock, seconds)


def test_calls_fail_fast_for_two_seconds_after_a_timeout() -> None:
    clock = HandClock()
    silence = FailFast(5.0, clock)
    failing(silence, clock, 5.0)
    with pytest.raises(PoolTimeout), silence.guard():
        raise AssertionError("nobody should have been let through")
    clock.now += 2.1
    with silence.guard():
        pass


def test_an_immediate_error_does_not_make_calls_fail_fast() -> None:
    clock = HandClock()
    silence = FailFast(5.0, clock)
    failing(silence, clock, 0.1)
    with silence.guard():
        pass
