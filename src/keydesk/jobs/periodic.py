"""Runs a job at intervals, on whichever replica comes first."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from keydesk.storage.leases import Leases

_log = structlog.get_logger(__name__)
_SPREAD = 0.1
_FIRST_PAUSE_SECONDS = 5.0


async def run_periodically(
    name: str, interval: timedelta, leases: Leases, job: Callable[[], Awaitable[object]]
) -> None:
    """Run `job` once every `interval` over all replicas, until cancelled. A failure is logged, the next run comes."""
    await asyncio.sleep(_FIRST_PAUSE_SECONDS)
    while True:
        try:
            if await leases.claim(f"job:{name}", interval * (1 - _SPREAD)):
                await job()
        except Exception as error:  # noqa: BLE001 - a job outlives whatever went wrong in one run
            _log.warning("job_failed", job=name, exc_info=error)
        await asyncio.sleep(interval.total_seconds() * random.uniform(1 - _SPREAD, 1 + _SPREAD))  # noqa: S311 - spreads
