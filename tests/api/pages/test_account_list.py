"""The list of accounts: search, filters, sort order and pages come from the database."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from keydesk.web.admin.accounts import ACCOUNTS
from tests.api.pages.conftest import Office
from tests.support.desk.portal import PortalVisitor
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
DAY = datetime(2026, 1, 1, tzinfo=UTC)
Query = Mapping[str, str | list[str]]


@pytest.fixture
async def prefix(office: Office) -> str:
    """Accounts 0 to 4, created on five days. 1 left the directory, 2 is blocked, and 3 existed before Keydesk."""
    prefix = unique("listed").lower()
    store = office.desk.app.state.services.accounts.store
    for number in range(5):
        user_id = f"{prefix}-{number}"
        if number == 3:
            await store.adopt(user_id, f"user:default/{user_id}")
        else:
            await store.remember(user_id, f"user:default/{user_id}", {}, DAY - timedelta(days=number))
    for number in (1, 2):
        await store.set_left(f"{prefix}-{number}", DAY)
    await store.set_suspended(f"{prefix}-2", DAY)
    return prefix


async def listed(olga: PortalVisitor, prefix: str, query: Query | None = None) -> list[int]:
    """Return the numbers of the listed accounts."""
    page = (await olga.get("/admin/accounts", params={"q": prefix, **(query or {})})).text
    return [int(number) for number in re.findall(rf"<code>{prefix}-(\d)</code>", page)]


async def test_filters_by_status(olga: PortalVisitor, prefix: str) -> None:
    assert await listed(olga, prefix) == [0, 1, 2, 3, 4]
    assert await listed(olga, prefix, {"state": "active"}) == [0, 3, 4]
    assert await listed(olga, prefix, {"state": "left"}) == [1]
    assert await listed(olga, prefix, {"state": "suspended"}) == [2]


async def test_orders(olga: PortalVisitor, prefix: str) -> None:
    assert await listed(olga, prefix, {"sort": "-user_id"}) == [4, 3, 2, 1, 0]
    assert await listed(olga, prefix, {"sort": "-created_at"}) == [0, 1, 2, 4, 3]
    assert await listed(olga, prefix, {"sort": "created_at"}) == [4, 2, 1, 0, 3]
    assert await listed(olga, prefix, {"sort": "left_at"}) == [1, 2, 0, 3, 4]


async def test_every_offered_order_exists(olga: PortalVisitor, prefix: str) -> None:
    for column in ACCOUNTS.columns:
        if column.value is not None:
            assert len(await listed(olga, prefix, {"sort": column.name})) == 5


async def test_pages_have_all_accounts_once(office: Office, olga: PortalVisitor) -> None:
    store, prefix = office.desk.app.state.services.accounts.store, unique("many").lower()
    for number in range(27):
        await store.adopt(f"{prefix}-{number:02}", f"user:default/{prefix}-{number:02}")
    query = {"q": prefix, "rows": "25", "sort": "-user_id"}
    first = (await olga.get("/admin/accounts", params=query)).text
    assert "Page 1 of 2" in first
    following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    last = (await olga.get(following)).text
    found = [re.findall(rf"<code>{prefix}-(\d\d)</code>", page) for page in (first, last)]
    assert [int(number) for numbers in found for number in numbers] == [*reversed(range(27))]
    after_the_last = (await olga.get("/admin/accounts", params=query | {"page": "9"})).text
    assert "Page 2 of 2" in after_the_last


async def test_people_are_found_by_name_email_and_user_id(office: Office, olga: PortalVisitor) -> None:
    scene = office.scene
    await (await office.welcome("alice")).get("/keys")
    for words in (f"alice OF {scene.name}", scene.email("alice"), scene.user_id("alice")):
        page = (await olga.get("/admin/accounts", params={"q": words})).text
        assert f"<code>{scene.user_id('alice')}</code>" in page
        assert f">Alice of {scene.name}</a>" in page
        assert f"<code>{scene.user_id('olga')}</code>" not in page


@pytest.mark.parametrize("words", ["nobody-we-know", "100%", "a_b", "' or 1=1 --", "<b>x</b>"])
async def test_a_search_without_results_leads_back_to_all_accounts(olga: PortalVisitor, words: str) -> None:
    answer = await olga.get("/admin/accounts", params={"q": words, "sort": "-created_at"})
    assert answer.status_code == 200
    assert "No accounts match these filters." in answer.text
    assert 'href="/admin/accounts?sort=-created_at">Show all accounts' in answer.text
    assert "<b>x</b>" not in answer.text


async def test_a_comparison_leads_back_to_the_list_as_it_was(olga: PortalVisitor, prefix: str) -> None:
    page = (await olga.get("/admin/accounts", params={"q": prefix, "state": "left"})).text
    assert f"next=%2Fadmin%2Faccounts%3Fq%3D{prefix}%26state%3Dleft" in page
    back = f"/admin/accounts?q={prefix}&state=left"
    comparison = (await olga.get("/admin/accounts/compare", params={"next": back})).text
    assert f'href="{back.replace("&", "&amp;")}">Accounts</a>' in comparison
    foreign = await olga.get("/admin/accounts/compare", params={"next": "//evil.example"})
    assert 'href="/admin/accounts">Accounts</a> <span' in foreign.text
    assert 'href="//evil.example' not in foreign.text
