"""During a catalog outage, cached people stay known and nobody counts as unknown."""

import asyncio

import pytest
from anyio import wait_all_tasks_blocked
from structlog.testing import capture_logs

from keydesk.directory.backstage import BackstageDirectory
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from tests.unit.directory.catalog_stand_in import TOKEN, TROUBLES, CatalogStandIn, Trouble, status
from tests.unit.directory.held_clock import ControlledClock

pytestmark = pytest.mark.anyio
STRANGER = Person("user:default/stranger")


@pytest.fixture(params=TROUBLES)
def trouble(request: pytest.FixtureRequest) -> Trouble:
    return TROUBLES[request.param]


async def test_a_new_person_cannot_be_looked_up(
    directory: BackstageDirectory, backstage: CatalogStandIn, bob: Person, trouble: Trouble
) -> None:
    backstage.trouble = trouble
    for person in (bob, STRANGER):
        with pytest.raises(DirectoryUnavailable) as refusal:
            await directory.find(person)
        assert refusal.value.status == 503
        assert refusal.value.retry_after_seconds == 5


async def test_cached_people_stay_known_with_their_groups_for_a_day(
    directory: BackstageDirectory,
    backstage: CatalogStandIn,
    clock: ControlledClock,
    jane: Person,
    trouble: Trouble,
) -> None:
    known = await directory.find(jane)
    backstage.trouble = trouble
    for _ in range(23):
        clock.advance(hours=1)
        assert await directory.find(jane) == known
    clock.advance(hours=1)
    with pytest.raises(DirectoryUnavailable):
        await directory.find(jane)


async def test_the_catalog_is_used_again_without_a_restart(
    directory: BackstageDirectory,
    backstage: CatalogStandIn,
    clock: ControlledClock,
    bob: Person,
    trouble: Trouble,
) -> None:
    backstage.trouble = trouble
    with pytest.raises(DirectoryUnavailable):
        await directory.find(bob)
    backstage.trouble = None
    clock.advance(seconds=5)
    assert await directory.find(bob) is not None
    assert await directory.find(STRANGER) is None


async def test_an_unavailable_catalog_is_called_once_in_five_seconds(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, bob: Person
) -> None:
    backstage.trouble = TROUBLES["unreachable"]
    for _ in range(10):
        with pytest.raises(DirectoryUnavailable):
            await directory.find(bob)
        with pytest.raises(DirectoryUnavailable):
            await directory.find(STRANGER)
    assert len(backstage.requests) == 1
    clock.advance(seconds=2)
    with pytest.raises(DirectoryUnavailable) as refusal:
        await directory.find(bob)
    assert refusal.value.retry_after_seconds == 3
    clock.advance(seconds=3)
    with pytest.raises(DirectoryUnavailable):
        await directory.find(bob)
    assert len(backstage.requests) == 2


async def test_cached_people_do_not_wait_for_an_unavailable_catalog(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, jane: Person
) -> None:
    known = await directory.find(jane)
    clock.advance(hours=1)
    backstage.trouble = TROUBLES["unreachable"]
    assert await directory.find(jane) == known
    backstage.gate = asyncio.Event()
    clock.advance(hours=1)
    assert await directory.find(jane) == known
    backstage.gate.set()


async def test_cached_people_are_looked_up_again_after_the_outage(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, bob: Person
) -> None:
    await directory.find(bob)
    backstage.trouble = TROUBLES["unreachable"]
    clock.advance(hours=1)
    await directory.find(bob)
    backstage.trouble = None
    backstage.user("bob", email="robert@example.com")
    clock.advance(seconds=5)
    await directory.find(bob)
    await wait_all_tasks_blocked()
    entry = await directory.find(bob)
    assert entry is not None
    assert entry.email == "robert@example.com"


async def test_a_person_who_was_unknown_before_the_outage_may_have_joined_since(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock
) -> None:
    assert await directory.find(STRANGER) is None
    backstage.trouble = TROUBLES["unreachable"]
    clock.advance(seconds=10)
    with pytest.raises(DirectoryUnavailable):
        await directory.find(STRANGER)


async def test_an_outage_between_a_person_and_their_groups_is_a_failure(
    directory: BackstageDirectory, backstage: CatalogStandIn, jane: Person
) -> None:
    def fails_for_groups(items: list[dict[str, object] | None]) -> object:
        kinds = {item["kind"] for item in items if item}
        return status(500)(items) if "Group" in kinds else status(200)(items)

    backstage.trouble = fails_for_groups  # type: ignore[assignment] # the reply type is the transport's own
    with pytest.raises(DirectoryUnavailable):
        await directory.find(jane)


async def test_one_failed_lookup_makes_a_lookup_of_many_fail(
    directory: BackstageDirectory, backstage: CatalogStandIn, bob: Person
) -> None:
    await directory.find(bob)
    backstage.trouble = TROUBLES["failing"]
    with pytest.raises(DirectoryUnavailable):
        await directory.find_many([bob, STRANGER])


@pytest.mark.parametrize("code", [401, 403])
async def test_a_refused_credential_is_logged_as_an_error_without_its_value(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, bob: Person, code: int
) -> None:
    backstage.trouble = status(code)
    with capture_logs() as log:
        for _ in range(3):
            with pytest.raises(DirectoryUnavailable):
                await directory.find(bob)
            clock.advance(seconds=5)
        backstage.trouble = None
        await directory.find(bob)
    assert [(event["event"], event["log_level"]) for event in log] == [
        ("peer_unavailable", "error"),
        ("peer_back", "info"),
    ]
    assert str(code) in log[0]["reason"]
    assert TOKEN not in str(log)


async def test_one_call_after_the_pause_decides_for_all_callers(
    directory: BackstageDirectory, backstage: CatalogStandIn, clock: ControlledClock, bob: Person
) -> None:
    backstage.trouble = TROUBLES["failing"]
    with pytest.raises(DirectoryUnavailable):
        await directory.find(bob)
    clock.advance(seconds=5)
    backstage.gate = asyncio.Event()
    first = asyncio.create_task(directory.find(bob))
    await wait_all_tasks_blocked()
    second = asyncio.create_task(directory.find(STRANGER))
    await wait_all_tasks_blocked()
    backstage.gate.set()
    answers = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(answer) for answer in answers] == [DirectoryUnavailable] * 2
    assert len(backstage.requests) == 2
