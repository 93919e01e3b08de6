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
_FIRST_RETRY_SECONDS = 10.0
_LONGEST_RETRY_SECONDS = 600.0


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
    """Run `job` once per `interval` across all replicas until cancelled.

    A failed run is logged and retried earlier, at first after ten seconds: some jobs run once a day.
    """
    pause, retry = _FIRST_PAUSE_SECONDS, _FIRST_RETRY_SECONDS
    while True:
        await asyncio.sleep(pause)
        try:
            await _run_once(name, interval, leases, job, runs)
            pause, retry = interval.total_seconds(), _FIRST_RETRY_SECONDS
        except Exception as error:  # noqa: BLE001 - one failed run must not stop the job
            _log.warning("job_failed", job=name, exc_info=error)
            pause, retry = min(retry, interval.total_seconds()), min(retry * 2, _LONGEST_RETRY_SECONDS)
        pause *= random.uniform(1 - _SPREAD, 1 + _SPREAD)  # noqa: S311 - spreads the replicas


async def _run_once(
    name: str, interval: timedelta, leases: Leases, job: Callable[[], Awaitable[object]], runs: Runs
) -> None:
    """Run the job unless it ran within the interval, here or on another replica. Raises the errors of the job."""
    held = await leases.claim(f"job:{name}", interval * (1 - _SPREAD))
    if held is None:
        return
    try:
        await runs.of(job)
    except Exception:
        await leases.release(held)
        raise
