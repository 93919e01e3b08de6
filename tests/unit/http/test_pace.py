"""So many a minute for each key: a burst, then a steady flow, and a bounded memory."""

from dataclasses import dataclass

from keydesk.kit.rate_limiter import RateLimiter


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_may_come_at_once_and_no_more() -> None:
    pace = RateLimiter(60, Clock())
    assert [pace.take("jane") for _ in range(60)] == [0] * 60
    assert pace.take("jane") == 1


def test_it_goes_on_as_fast_as_it_may() -> None:
    clock = Clock()
    pace = RateLimiter(60, clock)
    for _ in range(60):
        pace.take("jane")
    clock.now += 1
    assert pace.take("jane") == 0
    assert pace.take("jane") == 1


def test_what_had_to_wait_is_not_counted() -> None:
    clock = Clock()
    pace = RateLimiter(6, clock)
    for _ in range(100):
        pace.take("jane")
    clock.now += 10
    assert pace.take("jane") == 0


def test_it_says_for_how_long() -> None:
    clock = Clock()
    pace = RateLimiter(2, clock)
    assert [pace.take("jane") for _ in range(3)] == [0, 0, 30]
    clock.now += 29.5
    assert pace.take("jane") == 1


def test_people_do_not_stand_in_each_others_way() -> None:
    pace = RateLimiter(1, Clock())
    assert [pace.take(name) for name in ("jane", "bob", "jane", "bob")] == [0, 0, 60, 60]


def test_who_came_longest_ago_is_forgotten_first() -> None:
    pace = RateLimiter(1, Clock(), remembered=2)
    for name in ("jane", "bob", "carol"):
        pace.take(name)
    assert pace.take("bob") > 0
    assert pace.take("carol") > 0
    assert pace.take("jane") == 0
