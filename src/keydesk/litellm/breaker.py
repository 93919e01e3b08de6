"""A circuit breaker that rejects calls for a while after repeated failures. Pure: callers report outcomes."""

from collections.abc import Callable

from keydesk.litellm.errors import BreakerOpen


class CircuitBreaker:
    """A circuit breaker: closed, open or half-open. After `reset_seconds`, one trial call is allowed (half-open).

    Every `enter()` must be followed by exactly one of `answered`, `failed` or `abandoned` with the returned
    passage. Outcomes of calls from before the last state change are ignored, so that a late success cannot close a
    breaker that has just opened.
    """

    def __init__(self, failures: int, reset_seconds: float, clock: Callable[[], float]) -> None:
        self._limit = failures
        self._reset_seconds = reset_seconds
        self._clock = clock
        self._failures_in_a_row = 0
        self._opened_at: float | None = None
        self._probing = False
        self._passage = 0
        self.refused = 0
        """Number of calls rejected so far."""

    @property
    def is_open(self) -> bool:
        """Return whether calls are rejected or a trial call is running."""
        return self._opened_at is not None

    @property
    def rejects_calls(self) -> bool:
        """Return whether `enter` would raise BreakerOpen now."""
        return self._opened_at is not None and (self._probing or self._remaining(self._opened_at) > 0)

    def enter(self) -> int:
        """Admit a call and return its passage. Raises BreakerOpen."""
        if self._opened_at is not None:
            if self.rejects_calls:
                remaining = self._remaining(self._opened_at)
                self.refused += 1
                raise BreakerOpen(remaining if remaining > 0 else self._reset_seconds)
            self._probing = True
            self._passage += 1
        return self._passage

    def _remaining(self, opened_at: float) -> float:
        """Return the seconds until a trial call is allowed."""
        return opened_at + self._reset_seconds - self._clock()

    def answered(self, passage: int) -> None:
        """Record that LiteLLM responded, including with an error below 500."""
        if passage == self._passage:
            self._failures_in_a_row = 0
            self._close_or_open(opened_at=None)

    def failed(self, passage: int) -> None:
        """Record a connection error, a timeout or a 5xx response."""
        if passage != self._passage:
            return
        self._failures_in_a_row += 1
        if self._probing or self._failures_in_a_row >= self._limit:
            self._close_or_open(opened_at=self._clock())

    def abandoned(self, passage: int) -> None:
        """Record a call without an outcome: it was cancelled or not sent."""
        if passage == self._passage:
            self._probing = False

    def _close_or_open(self, opened_at: float | None) -> None:
        if (opened_at is None) != (self._opened_at is None) or self._probing:
            self._passage += 1
        self._opened_at = opened_at
        self._probing = False
