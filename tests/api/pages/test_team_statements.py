"""Statements of a team: its admins see them by model and key; other people do not find them."""

import csv
import datetime as dt
import io

import pytest

from keydesk.chargeback.models import Amounts, Cell, DayRead
from keydesk.chargeback.store import StatementStore
from tests.api.pages.conftest import Office
from tests.support.desk.desk import Visitor
from tests.support.desk.portal import PortalVisitor
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

CENT = Amounts(10**7, 100, 50, 2)
MONTH = "2032-02"


@pytest.fixture
async def team_id(office: Office, olga: PortalVisitor) -> str:
    """A team of Olga in which Jane spent a cent with each of two models, as in a team of somebody else."""
    found = await office.team_of(olga)
    store: StatementStore = office.desk.app.state.services.statements.chargebacks.store
    spent = {
        Cell("jane-of-the-team", f"key_{team}", team, model): CENT
        for team in (found, unique("elsewhere"))
        for model in ("gpt-4o", "gpt-4o-mini")
    }
    later = dt.datetime(2032, 4, 1, tzinfo=dt.UTC)
    await store.put_day(DayRead(dt.date(2032, 2, 1), later, spent, 4 * CENT.spend, complete=True))
    return found


@pytest.fixture
async def manager(office: Office) -> Visitor:
    return await office.desk.sign_in(office.scene.user_id("olga"))


async def test_the_pages_show_the_team_only_and_no_people(olga: PortalVisitor, team_id: str) -> None:
    listed = (await olga.get(f"/teams/{team_id}/statements")).text
    assert f'href="/teams/{team_id}/statements/{MONTH}"' in listed
    for by in ("model", "key"):
        text = (await olga.get(f"/teams/{team_id}/statements/{MONTH}", params={"by": by})).text
        assert "$0.02" in text
        assert "$0.04" not in text
        assert "jane-of-the-team" not in text
        assert "by=person" not in text


async def test_the_file_has_the_rows_of_the_team_without_people(olga: PortalVisitor, team_id: str) -> None:
    answer = await olga.get(f"/teams/{team_id}/statements/{MONTH}/export")
    rows = [*csv.DictReader(io.StringIO(answer.text))]
    assert {(row["team_id"], row["model"], row["user_id"], row["person"]) for row in rows} == {
        (team_id, "gpt-4o", "", ""),
        (team_id, "gpt-4o-mini", "", ""),
    }


async def test_the_api_groups_the_spend_of_the_team(manager: Visitor, team_id: str) -> None:
    months = (await manager.read(f"/teams/{team_id}/statements"))["statements"]
    spent = next(month for month in months if month["month"] == MONTH)
    assert (spent["spend_usd"], spent["rows"], spent["checksum"]) == ("0.020000000", 2, None)
    by_key = await manager.read(f"/teams/{team_id}/statements/{MONTH}", group_by="key")
    assert [group["group"] for group in by_key["groups"]] == [f"key_{team_id}"]
    by_person = await manager.get(f"/teams/{team_id}/statements/{MONTH}", group_by="person")
    assert (by_person.status_code, "jane-of-the-team" in by_person.text) == (403, False)
    assert (await manager.get(f"/teams/{team_id}/statements/{MONTH}", group_by="team")).status_code == 422


@pytest.mark.parametrize("name", ["carol", "jane"])
async def test_other_people_do_not_find_them(office: Office, team_id: str, name: str) -> None:
    visitor, client = await office.welcome(name), await office.desk.sign_in(office.scene.user_id(name))
    for path in ("", f"/{MONTH}", f"/{MONTH}/export"):
        assert (await visitor.get(f"/teams/{team_id}/statements{path}")).status_code == 404
        assert (await client.get(f"/teams/{team_id}/statements{path}")).status_code == 404


async def test_a_download_is_recorded(manager: Visitor, team_id: str) -> None:
    await manager.get(f"/teams/{team_id}/statements/{MONTH}/export")
    entry = (await manager.read("/audit", action="downloaded", page_size=1))["audit_logs"][0]
    assert (entry["table_name"], team_id in str(entry)) == ("Keydesk_Statement", True)
