"""The rate limiter is a token bucket for each key, with bounded memory."""

from dataclasses import dataclass

from keydesk.kit.rate_limiter import RateLimiter


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_may_use_the_limit_of_a_minute() -> None:
    limiter = RateLimiter(60, Clock())
    assert [limiter.take("jane") for _ in range(60)] == [0] * 60
    assert limiter.take("jane") == 1


def test_after_a_burst_requests_pass_at_the_configured_rate() -> None:
    clock = Clock()
    limiter = RateLimiter(60, clock)
    for _ in range(60):
        limiter.take("jane")
    clock.now += 1
    assert limiter.take("jane") == 0
    assert limiter.take("jane") == 1


def test_rejected_requests_do_not_count() -> None:
    clock = Clock()
    limiter = RateLimiter(6, clock)
    for _ in range(100):
        limiter.take("jane")
    clock.now += 10
    assert limiter.take("jane") == 0


def test_it_returns_the_seconds_to_wait() -> None:
    clock = Clock()
    limiter = RateLimiter(2, clock)
    assert [limiter.take("jane") for _ in range(3)] == [0, 0, 30]
    clock.now += 29.5
    assert limiter.take("jane") == 1


def test_keys_have_independent_limits() -> None:
    limiter = RateLimiter(1, Clock())
    assert [limiter.take(name) for name in ("jane", "bob", "jane", "bob")] == [0, 0, 60, 60]


def test_the_least_recently_used_key_is_evicted_first() -> None:
    limiter = RateLimiter(1, Clock(), remembered=2)
    for name in ("jane", "bob", "carol"):
        limiter.take(name)
    assert limiter.take("bob") > 0
    assert limiter.take("carol") > 0
    assert limiter.take("jane") == 0


def test_an_event_that_is_given_back_does_not_count() -> None:
    limiter = RateLimiter(2, Clock())
    for _ in range(10):
        assert limiter.take("jane") == 0
        limiter.give_back("jane")
    assert [limiter.take("jane") for _ in range(3)][:2] == [0, 0]
    assert limiter.take("jane") > 0
