"""Replicas with different clocks respect each other's leases and changes in progress."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.container.resources import Resources
from keydesk.jobs.reconcile_intents import ABANDONED_AFTER
from keydesk.kit.clock import utc_now
from keydesk.settings.loading import load_settings
from keydesk.storage.migrate import migrate
from tests.support.desk.configuring import SECRET
from tests.support.desk.migrated import migrated

pytestmark = pytest.mark.anyio
SKEWS = [timedelta(seconds=91), timedelta(seconds=-91), timedelta(minutes=10), timedelta(minutes=-10)]
NINETY_SECONDS = timedelta(seconds=90)
CHANGE = Change("user:default/jane", Action.DELETED, AuditedTable.MEMBERSHIP, "team-search")


def replica(database_url: str, skew: timedelta = timedelta()) -> Resources:
    settings = load_settings(
        None,
        litellm={"base_url": "http://127.0.0.1:9", "master_key": "sk-nobody-asks"},
        secret=SECRET,
        demo={"enabled": True},
        database={"url": database_url},
    )
    return Resources(settings, lambda: utc_now() + skew)


@pytest.fixture
async def here(empty_database: str) -> AsyncIterator[Resources]:
    resources = replica(migrated(empty_database))
    await migrate(resources.database)
    async with resources.closing:
        yield resources


@pytest.fixture(params=SKEWS, ids=str)
async def there(
    request: pytest.FixtureRequest, here: Resources, empty_database: str
) -> AsyncIterator[Resources]:
    """A replica on a machine with a wrong clock."""
    del here  # It has migrated the database.
    resources = replica(empty_database, request.param)
    async with resources.closing:
        yield resources


async def test_a_held_lease_cannot_be_taken(here: Resources, there: Resources) -> None:
    async with here.leases.hold("key:laptop"):
        assert not await there.leases.claim("key:laptop", NINETY_SECONDS)
    async with there.leases.hold("key:laptop"):
        assert not await here.leases.claim("key:laptop", NINETY_SECONDS)


async def test_a_job_runs_once_per_interval(here: Resources, there: Resources) -> None:
    assert await there.leases.claim("job:resync", NINETY_SECONDS)
    assert not await here.leases.claim("job:resync", NINETY_SECONDS)


async def test_a_change_in_progress_is_not_abandoned(here: Resources, there: Resources) -> None:
    async with here.audit.recording(CHANGE), there.audit.recording(CHANGE):
        assert await there.audit.abandoned(ABANDONED_AFTER) == []
        assert await here.audit.abandoned(ABANDONED_AFTER) == []


async def test_the_age_of_an_intent_uses_the_databases_clock(here: Resources, there: Resources) -> None:
    """Reconciliation compares it with LiteLLM's times of the object."""
    async with there.audit.recording(CHANGE):
        (found,) = await here.audit.abandoned(timedelta(seconds=-5))
        assert abs(found.at - utc_now()) < timedelta(seconds=5)


async def test_a_removal_started_by_another_replica_is_found(here: Resources, there: Resources) -> None:
    for one, other in ((here, there), (there, here)):
        async with one.audit.recording(CHANGE):
            assert await other.audit.has_begun(Action.DELETED, "team-search", timedelta(minutes=2))
