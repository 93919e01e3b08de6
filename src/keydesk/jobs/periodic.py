"""Runs a job periodically on one of the replicas."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from keydesk.storage.leases import Leases

_log = structlog.get_logger(__name__)
_SPREAD = 0.1
_FIRST_PAUSE_SECONDS = 5.0


@dataclass(slots=True)
class Runs:
    """Statistics of one job on this replica. Durations are in seconds, times in seconds since 1970."""

    succeeded: int = 0
    failed: int = 0
    last_seconds: float | None = None
    last_success_at: float | None = None

    async def of(self, job: Callable[[], Awaitable[object]]) -> None:
        """Run the job once and count the result. Raises the errors of the job."""
        began_at = time.perf_counter()
        self.failed += 1
        try:
            await job()
            self.failed -= 1
            self.succeeded += 1
            self.last_success_at = time.time()
        finally:
            self.last_seconds = time.perf_counter() - began_at


async def run_periodically(
    name: str, interval: timedelta, leases: Leases, job: Callable[[], Awaitable[object]], runs: Runs
) -> None:
    """Run `job` once per `interval` across all replicas until cancelled. A failed run is only logged."""
    await asyncio.sleep(_FIRST_PAUSE_SECONDS)
    while True:
        try:
            if await leases.claim(f"job:{name}", interval * (1 - _SPREAD)):
                await runs.of(job)
        except Exception as error:  # noqa: BLE001 - one failed run must not stop the job
            _log.warning("job_failed", job=name, exc_info=error)
        await asyncio.sleep(interval.total_seconds() * random.uniform(1 - _SPREAD, 1 + _SPREAD))  # noqa: S311 - spreads
