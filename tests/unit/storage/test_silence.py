"""A database that swallows everything is waited for once, not by everybody one after another."""

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


def test_after_a_long_silence_nobody_waits_for_two_seconds() -> None:
    clock = HandClock()
    silence = FailFast(5.0, clock)
    failing(silence, clock, 5.0)
    with pytest.raises(PoolTimeout), silence.guard():
        raise AssertionError("nobody should have been let through")
    clock.now += 2.1
    with silence.guard():
        pass


def test_a_database_that_says_no_at_once_is_asked_again_at_once() -> None:
    clock = HandClock()
    silence = FailFast(5.0, clock)
    failing(silence, clock, 0.1)
    with silence.guard():
        pass
