"""Searches of the index: filters, sorting, pages and the order of keys without a value."""

from datetime import timedelta

import pytest

from keydesk.key_index.models import KeyFilter, Sort, SortColumn
from keydesk.keys.contact_store import ServiceKeyStore
from keydesk.keys.owners import team_owner
from tests.unit.key_index.conftest import NOON, Index

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


@pytest.fixture
async def filled(index: Index) -> Index:
    add = index.keys.add
    add(key_alias="plain", max_budget=10.0, spend=1.0, last_active_at=NOON - DAY, expires_at=NOON + 5 * DAY)
    add(key_alias="wide", allowed_routes=(), user_id="bob", last_active_at=NOON - 40 * DAY)
    add(key_alias="blocked", blocked=True, max_budget=5.0, expires_at=NOON - DAY, team_id="search")
    add(key_alias="expired", expires_at=NOON - DAY, max_budget=5.0, team_id="search")
    add(key_alias="spent", max_budget=5.0, spend=5.0, expires_at=NOON + 90 * DAY, user_id=None)
    add(key_alias="100%_sure", max_budget=1.0, expires_at=NOON + 90 * DAY, user_id="carol")
    await index.indexing.apply()
    return index


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"state": "active"}, ["plain", "wide", "100%_sure"]),
        ({"state": "blocked"}, ["blocked"]),
        ({"state": "expired"}, ["expired"]),
        ({"state": "over-budget"}, ["spent"]),
        ({"can_manage_gateway": True}, ["wide"]),
        ({"can_manage_gateway": False, "team_id": "search"}, ["blocked", "expired"]),
        ({"owner": "bob"}, ["wide"]),
        ({"expires_before": NOON + 7 * DAY}, ["plain", "blocked", "expired"]),
        ({"never_expires": True}, ["wide"]),
        ({"idle_since": NOON - 30 * DAY}, ["wide", "blocked", "expired", "spent", "100%_sure"]),
        ({"no_budget": True}, ["wide"]),
        ({"text": "SPENT"}, ["spent"]),
        ({"text": "%_s"}, ["100%_sure"]),
        ({"text": "carol"}, ["100%_sure"]),
        ({"text": "nobody", "people": ("bob",)}, ["wide"]),
        ({"text": "nobody"}, []),
    ],
)
async def test_a_filter_selects_its_keys(filled: Index, filters: dict[str, object], names: list[str]) -> None:
    assert await filled.names(**filters) == names
    assert await filled.search.count(KeyFilter(**filters)) == len(names)  # type: ignore[arg-type]


async def test_service_keys_without_a_contact_are_those_that_lack_one_or_are_unknown(index: Index) -> None:
    for name in ("unknown", "recorded"):
        index.keys.add(key_alias=name, user_id=None, team_id="search")
    index.keys.add(key_alias="personal", team_id="search")
    await index.indexing.apply()
    (recorded,) = [key.token for key in await index.all() if key.key_alias == "recorded"]
    owner, store = team_owner("search"), ServiceKeyStore(index.database)
    async with index.database.writing() as connection:
        for statement in (index.key_store.adding(recorded, owner, None), *store.setting(recorded, owner)):
            await connection.execute(statement)
    assert await index.names(no_contact=True) == ["unknown"]
    assert await index.names(no_contact=True, lacking_contact=(recorded,)) == ["unknown", "recorded"]


@pytest.mark.parametrize(
    ("column", "first", "last"),
    [
        ("key_alias", "100%_sure", "wide"),
        ("spend", None, "spent"),
        ("expires_at", None, "wide"),
        ("max_budget", "100%_sure", "wide"),
        ("last_active_at", None, "plain"),
        ("created_at", "plain", "100%_sure"),
        ("user_id", "spent", "carol"),
    ],
)
async def test_sorting_treats_never_as_the_latest_and_unused_as_the_earliest(
    filled: Index, column: SortColumn, first: str | None, last: str
) -> None:
    rising = await filled.search.page(KeyFilter(), Sort(column, falling=False), 0, 10)
    falling = await filled.search.page(KeyFilter(), Sort(column, falling=True), 0, 10)
    assert [key.token for key in falling] == [key.token for key in reversed(rising)]
    if first is not None:
        assert rising[0].key_alias == first
    if last != "carol":
        assert rising[-1].key_alias == last


async def test_batches_yield_every_key_once(filled: Index) -> None:
    filled.keys.add(2500)
    filled.now += timedelta(hours=1)
    await filled.indexing.apply()
    sizes: list[int] = []
    seen: set[str] = set()
    async for batch in filled.search.batches(KeyFilter()):
        sizes.append(len(batch))
        seen.update(key.token for key in batch)
    assert (max(sizes), len(seen)) == (1000, 2506)
