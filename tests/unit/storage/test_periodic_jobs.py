"""When periodic jobs run: once per interval across replicas, and soon again after a failure."""

import asyncio
from datetime import timedelta

import pytest

from keydesk.jobs import periodic
from keydesk.jobs.periodic import Runs, run_periodically
from keydesk.storage.database import Database
from keydesk.storage.leases import Held, Leases

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periodic, "_FIRST_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(periodic, "_FIRST_RETRY_SECONDS", 0.0)


async def test_a_daily_job_that_fails_runs_again_on_any_replica(
    database: Database, same_database: Database
) -> None:
    done = asyncio.Event()
    attempts = 0

    async def job() -> None:
        nonlocal attempts
        attempts += 1
        if attempts < 4:
            raise ConnectionError("LiteLLM is not available")
        done.set()

    here, there = Runs(), Runs()
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        running = [
            group.create_task(run_periodically("daily", DAY, Leases(each), job, runs))
            for each, runs in ((database, here), (same_database, there))
        ]
        await done.wait()
        for task in running:
            task.cancel()
    assert (attempts, here.failed + there.failed) == (4, 3)


async def test_a_job_that_succeeded_does_not_run_again_within_its_interval(
    database: Database, same_database: Database
) -> None:
    ran = asyncio.Event()

    async def job() -> None:
        assert not ran.is_set()
        ran.set()

    here, there = Runs(), Runs()
    first = asyncio.create_task(run_periodically("daily", DAY, Leases(database), job, here))
    async with asyncio.timeout(30):
        await ran.wait()
    second = asyncio.create_task(run_periodically("daily", DAY, Leases(same_database), job, there))
    await asyncio.sleep(0.5)
    for task in (first, second):
        task.cancel()
    assert (here.succeeded, here.failed, there.succeeded, there.failed) == (1, 0, 0, 0)


async def test_a_job_outlives_an_outage_of_many_runs(database: Database) -> None:
    done = asyncio.Event()
    attempts = 0

    class Away(Leases):
        async def claim(self, name: str, length: timedelta) -> Held | None:
            nonlocal attempts
            attempts += 1
            if attempts <= 1_100:  # two to this power is no float
                raise ConnectionError("the database is not available")
            return await super().claim(name, length)

    async def job() -> None:
        done.set()

    running = asyncio.create_task(run_periodically("frequent", DAY, Away(database), job, Runs()))
    async with asyncio.timeout(60):
        await done.wait()
    running.cancel()
