"""A circuit breaker: after enough failures in a row nobody is asked for a while. Pure: it is told."""

from collections.abc import Callable

from keydesk.litellm.errors import BreakerOpen


class CircuitBreaker:
    """Closed, open or half-open. Open ends after `reset_seconds`; then one call alone may try (half-open).

    Every `enter()` is followed by exactly one of `answered`, `failed` or `abandoned` with the passage it
    gave. Outcomes of calls that began before the state last changed are ignored, so that a late success
    cannot close a breaker that has just opened.
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
        """Calls that were not let through so far."""

    @property
    def is_open(self) -> bool:
        """Whether calls are being refused, or one alone is trying."""
        return self._opened_at is not None

    def enter(self) -> int:
        """Let a call through and return its passage. Raises BreakerOpen."""
        if self._opened_at is not None:
            remaining = self._opened_at + self._reset_seconds - self._clock()
            if remaining > 0 or self._probing:
                self.refused += 1
                raise BreakerOpen(remaining if remaining > 0 else self._reset_seconds)
            self._probing = True
            self._passage += 1
        return self._passage

    def answered(self, passage: int) -> None:
        """Take note that LiteLLM is there: it answered, if only with a refusal."""
        if passage == self._passage:
            self._failures_in_a_row = 0
            self._close_or_open(opened_at=None)

    def failed(self, passage: int) -> None:
        """Take note that it was not reached, did not answer in time, or answered 5xx."""
        if passage != self._passage:
            return
        self._failures_in_a_row += 1
        if self._probing or self._failures_in_a_row >= self._limit:
            self._close_or_open(opened_at=self._clock())

    def abandoned(self, passage: int) -> None:
        """Take note that the call told nothing about LiteLLM: it was cancelled, or never left."""
        if passage == self._passage:
            self._probing = False

    def _close_or_open(self, opened_at: float | None) -> None:
        if (opened_at is None) != (self._opened_at is None) or self._probing:
            self._passage += 1
        self._opened_at = opened_at
        self._probing = False
