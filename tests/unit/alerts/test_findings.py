"""A finding needs a second check, and goes away when it is no longer true."""

from datetime import UTC, datetime, timedelta

import pytest

from keydesk.alerts.finding_store import FindingStore
from keydesk.alerts.findings import FindingKind, KeyUse, Seen
from keydesk.alerts.notices import finding_notice
from keydesk.notices.outbox import Outbox
from keydesk.storage.database import Database

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GONE = Seen(FindingKind.OWNER_GONE, "key_1", {"name": "laptop", "owner": "ghost"})


@pytest.fixture
def store(database: Database) -> FindingStore:
    return FindingStore(database, Outbox(database, has_channels=True))


async def new(store: FindingStore, seen: Seen, at: datetime) -> list[bool]:
    return [each.is_new for each in await store.see([seen], at, finding_notice)]


async def test_the_second_check_confirms(store: FindingStore) -> None:
    assert await new(store, GONE, NOON) == []
    assert await store.open() == []
    assert await new(store, GONE, NOON + HOUR) == [True]
    assert await new(store, GONE, NOON + 2 * HOUR) == [False]
    (found,) = await store.open()
    assert (found.kind, found.owner) == (FindingKind.OWNER_GONE, "ghost")
    assert (found.first_at, found.seen_at) == (NOON, NOON + 2 * HOUR)


async def test_what_a_check_no_longer_sees_goes_away_and_begins_again(store: FindingStore) -> None:
    await new(store, GONE, NOON)
    await new(store, GONE, NOON + HOUR)
    await store.forget_older(NOON + 2 * HOUR)
    assert await store.open() == []
    assert await new(store, GONE, NOON + 3 * HOUR) == []


def answering(spend: float, used_after: timedelta, read_after: timedelta) -> Seen:
    use = KeyUse(spend, NOON + used_after, NOON + read_after)
    return Seen(FindingKind.STILL_ANSWERS, "key_1", {"name": "laptop", "wall": "key"}, use)


async def test_a_key_still_answers_if_its_spend_grows_between_two_later_reads(store: FindingStore) -> None:
    assert await new(store, answering(11.0, -HOUR, -HOUR), NOON) == []
    assert await new(store, answering(11.5, HOUR / 2, HOUR), NOON + HOUR) == []
    assert await new(store, answering(11.5, HOUR / 2, HOUR), NOON + HOUR * 1.2) == []
    assert await new(store, answering(12.0, HOUR * 1.5, 2 * HOUR), NOON + 2 * HOUR) == [True]


@pytest.mark.parametrize(
    "later",
    [
        answering(11.5, HOUR * 1.5, 2 * HOUR),
        answering(12.0, -HOUR, 2 * HOUR),
        answering(12.0, HOUR * 1.5, HOUR),
    ],
    ids=["refused calls", "late spend of an earlier call", "the same read"],
)
async def test_other_changes_of_a_key_prove_nothing(store: FindingStore, later: Seen) -> None:
    await new(store, answering(11.0, -HOUR, -HOUR), NOON)
    await new(store, answering(11.5, -HOUR, HOUR), NOON + HOUR)
    assert await new(store, later, NOON + 2 * HOUR) == []
