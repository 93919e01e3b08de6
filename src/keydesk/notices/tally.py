"""Counts what this replica sent, for the metrics."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from keydesk.notices.store import Backlog

_CURRENT_SECONDS = 120.0


@dataclass(slots=True)
class Tally:
    """`sent` counts notices by channel and outcome: delivered, retried, failed, given_up or skipped."""

    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    _backlog: Sequence[Backlog] = ()
    _measured_at: float = float("-inf")

    def measured(self, backlog: Sequence[Backlog]) -> None:
        self._backlog, self._measured_at = backlog, time.monotonic()

    @property
    def backlog(self) -> Sequence[Backlog]:
        """The notices that wait, empty if another replica has run the job since."""
        return self._backlog if time.monotonic() - self._measured_at < _CURRENT_SECONDS else ()
