"""The pages of monthly statements: the months, one month by dimension, and its files."""

import datetime as dt

import pytest

from keydesk.chargeback.models import Amounts, Cell, DayRead, Named
from keydesk.chargeback.store import StatementStore
from tests.api.pages.conftest import Office
from tests.support.desk.portal import PortalVisitor

pytestmark = pytest.mark.anyio

CENT = Amounts(10**7, 100, 50, 2)
MONTH = "2031-02"


@pytest.fixture
async def spend(office: Office) -> None:
    """What Alice spent in a month, and what was spent by nobody."""
    services = office.desk.app.state.services
    store: StatementStore = services.statements.chargebacks.store
    await store.put_day(
        DayRead(dt.date(2030, 1, 1), dt.datetime(2031, 4, 1, tzinfo=dt.UTC), {}, 0, complete=True)
    )
    first, later = dt.date(2031, 2, 1), dt.datetime(2031, 4, 1, tzinfo=dt.UTC)
    spent = {Cell("alice", "key_laptop", "", "gpt-4o"): CENT, Cell("", "", "", "gpt-4o"): CENT}
    for day in range(28):
        at = first + dt.timedelta(days=day)
        await store.put_day(DayRead(at, later, spent, 2 * CENT.spend, complete=True))
    await store.remember([Named("person", "alice", "<b>Alice</b>", "4711")])


@pytest.mark.usefixtures("spend")
async def test_the_list_leads_to_a_month_and_its_files(olga: PortalVisitor) -> None:
    listed = (await olga.get("/admin/statements")).text
    assert f'href="/admin/statements/{MONTH}"' in listed
    month = (await olga.get(f"/admin/statements/{MONTH}")).text
    assert "4711" in month
    assert "Unknown" in month
    for form, media_type in (("csv", "text/csv"), ("focus", "text/csv"), ("parquet", "application/vnd")):
        answer = await olga.get(f"/admin/statements/{MONTH}/export", params={"format": form})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(media_type)
        assert f"keydesk-statement-{MONTH}" in answer.headers["content-disposition"]


@pytest.mark.usefixtures("spend")
async def test_several_months_are_one_file(olga: PortalVisitor) -> None:
    assert 'action="/admin/statements/export"' in (await olga.get("/admin/statements")).text
    months = {"first_month": "2031-01", "last_month": "2031-12"}
    answer = await olga.get("/admin/statements/export", params=months)
    assert "keydesk-statement-2031-01-to-2031-12.csv" in answer.headers["content-disposition"]
    assert answer.text.count(",open\r\n") == 2 * 28
    wrong = {"first_month": "2031-12", "last_month": "2031-01"}
    assert (await olga.get("/admin/statements/export", params=wrong)).status_code == 422


@pytest.mark.usefixtures("spend")
@pytest.mark.parametrize("by", ["team", "person", "model", "key"])
async def test_a_month_by_every_dimension(olga: PortalVisitor, by: str) -> None:
    text = (await olga.get(f"/admin/statements/{MONTH}", params={"by": by})).text
    assert "$0.56" in text
    assert "<b>Alice</b>" not in text


@pytest.mark.usefixtures("spend")
async def test_a_month_says_how_the_spend_logs_differ(office: Office, olga: PortalVisitor) -> None:
    page = f"/admin/statements/{MONTH}"
    store: StatementStore = office.desk.app.state.services.statements.chargebacks.store
    assert "No day was compared with LiteLLM's spend logs." in (await olga.get(page)).text
    usual = {dt.date(2031, 2, day): 2 * CENT.spend for day in range(1, 27)}
    at = dt.datetime(2031, 3, 1, tzinfo=dt.UTC)
    await store.put_logged(usual | {dt.date(2031, 2, 7): 1}, at)
    text = (await olga.get(page)).text
    assert "LiteLLM's spend logs add up to $0.50 and its daily totals to $0.54." in text
    assert "deleted or not written on these days: Feb 7, 2031." in text
    assert "turned off or were deleted, on these days: Feb 27, 2031." in text
    await store.put_logged(usual | {dt.date(2031, 2, 27): 2 * CENT.spend}, at)
    assert "the same sum on all days that were compared: 27." in (await olga.get(page)).text


async def test_a_month_without_a_statement_is_not_found(olga: PortalVisitor) -> None:
    assert (await olga.get("/admin/statements/2019-01")).status_code == 404
    assert (await olga.get("/admin/statements/2019-13")).status_code in (404, 422)


async def test_only_the_audit_group_sees_statements(jane: PortalVisitor) -> None:
    several = f"/export?first_month={MONTH}&last_month={MONTH}"
    for path in ("", f"/{MONTH}", f"/{MONTH}/export", several):
        assert (await jane.get(f"/admin/statements{path}")).status_code == 403
