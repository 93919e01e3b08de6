"""Tracks whether a peer is down: delays retries, and logs when an outage starts and ends."""

import math
from datetime import datetime

import structlog

from keydesk.kit.clock import Clock

_log = structlog.get_logger(__name__)


class FailureTracker:
    """The state of one peer. After a failure, callers wait `pause_seconds` before they retry."""

    def __init__(self, peer: str, clock: Clock, pause_seconds: float) -> None:
        self._peer = peer
        self._clock = clock
        self._pause_seconds = pause_seconds
        self._failed_at: datetime | None = None
        self._reason: str | None = None

    @property
    def is_down(self) -> bool:
        """Whether the last attempt failed."""
        return self._failed_at is not None

    @property
    def is_paused(self) -> bool:
        return self._failed_at is not None and self._remaining(self._failed_at) > 0

    def failed_within(self, seconds: float) -> bool:
        """Return whether the last attempt failed, and failed less than `seconds` ago."""
        return self._failed_at is not None and (self._clock() - self._failed_at).total_seconds() < seconds

    @property
    def retry_after_seconds(self) -> int:
        """Seconds until the next retry, rounded up, at least 1."""
        return max(1, math.ceil(self._remaining(self._failed_at))) if self._failed_at else 1

    def failed(self, reason: str) -> None:
        self._failed_at = self._clock()
        if reason != self._reason:
            self._reason = reason
            _log.error("peer_unavailable", peer=self._peer, reason=reason)

    def answered(self) -> None:
        if self._failed_at is not None:
            _log.info("peer_back", peer=self._peer)
        self._failed_at = self._reason = None

    def _remaining(self, failed_at: datetime) -> float:
        return self._pause_seconds - (self._clock() - failed_at).total_seconds()
