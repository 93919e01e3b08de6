"""Remembers that the database did not answer, so that whoever comes next need not find out by waiting too."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

__all__ = ["STORAGE_FAILURES", "PoolTimeout", "Silence"]

STORAGE_FAILURES = (OperationalError, InterfaceError, PoolTimeout)
"""What is raised when the database is away, as opposed to misused."""
_LENGTH_SECONDS = 2.0


class Silence:
    """Failures that took `patience_seconds` begin one; a database that says no at once does not."""

    def __init__(self, patience_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience_seconds = patience_seconds
        self._clock = clock
        self._ends_at = float("-inf")

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Raises TimeoutError of SQLAlchemy at once during a silence; otherwise what the block raises."""
        begun = self._clock()
        if begun < self._ends_at:
            raise PoolTimeout("the database did not answer a moment ago")
        try:
            yield
        except STORAGE_FAILURES:
            now = self._clock()
            if now - begun >= self._patience_seconds * 0.9:
                self._ends_at = now + _LENGTH_SECONDS
            raise
