"""The audit page: filters, differences, and downloads without hidden data or scripts."""

import csv
import io
import json
import re
from urllib.parse import quote

import pytest

from keydesk.audit.models import Action, AuditedTable, Change
from tests.api.pages.conftest import Office, expected_of, settings_for_pages
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import open_desk
from tests.support.desk.odd_dates import NO_TIMES
from tests.support.desk.portal import PortalVisitor
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
MARKUP = "<img src=x onerror=alert(1)>"


async def test_a_change_is_shown_with_its_values_before_and_after(
    office: Office, olga: PortalVisitor
) -> None:
    alias = unique("Before")
    team_id = await office.team_of(olga, team_alias=alias, budget_duration="30d")
    form = {"models": ["gpt-4o"], "max_budget": "60", "budget_duration": "30d", "team_alias": alias}
    where = f"/teams/{team_id}/edit"
    await olga.post(where, at="/teams", expected=expected_of((await olga.get(where)).text), **form)
    me = office.scene.ref("olga")
    page = (await olga.get("/audit", params={"changed_by": me, "action": "updated"})).text
    assert "<del>100.0</del>" in page
    assert "<ins>60.0</ins>" in page
    assert team_id in page
    assert "Older" not in page


async def test_filters_are_kept_and_explained(olga: PortalVisitor) -> None:
    page = await olga.get("/audit", params={"changed_by": "nobody", "action": "deleted"})
    assert "No entries match this search." in page.text
    assert 'value="nobody"' in page.text
    assert '<option value="deleted" selected>' in page.text
    odd = [{name: day} for name in ("start_date", "end_date") for day in NO_TIMES]
    for query in (*odd, {"start_date": "yesterday"}, {"start_date": "2026-02-02", "end_date": "2026-02-01"}):
        refused = await olga.get("/audit", params=query)
        assert (refused.status_code, 'aria-invalid="true"' in refused.text) == (422, True)


@pytest.mark.parametrize("where", ["/audit", "/audit/export", "/api/litellm/audit", "/usage", "/usage.csv"])
@pytest.mark.parametrize("name", ["start_date", "end_date"])
async def test_dates_at_the_edges_of_the_calendar_are_refused(
    olga: PortalVisitor, where: str, name: str
) -> None:
    statuses = {day: (await olga.get(where, params={name: day})).status_code for day in NO_TIMES}
    assert statuses == dict.fromkeys(NO_TIMES, 422)


@pytest.mark.parametrize("where", ["/audit", "/audit/export", "/api/litellm/audit"])
@pytest.mark.parametrize("name", ["action", "table_name", "changed_by"])
async def test_a_null_character_is_refused_before_it_reaches_a_database(
    olga: PortalVisitor, where: str, name: str
) -> None:
    """PostgreSQL fails for such a text."""
    refused = await olga.get(where, params={name: "a\0b"})
    assert refused.status_code == 422
    assert "expected text without control characters" in refused.text


async def test_the_list_has_pages(office: Office, olga: PortalVisitor) -> None:
    for number in range(26):
        change = Change(office.scene.ref("olga"), Action.BLOCKED, AuditedTable.TEAM, f"team-{number}")
        await office.desk.app.state.services.configuration_record.audit.note(change)
    who = {"changed_by": office.scene.ref("olga"), "action": "blocked", "rows": "25"}
    first = (await olga.get("/audit", params=who)).text
    assert "Page 1 of 2" in first
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "team-0<" in (await olga.get(older)).text
    assert "This page does not exist." in (await olga.get("/audit", params=who | {"page": "9"})).text


async def test_the_oldest_changes_come_first_on_request(office: Office, olga: PortalVisitor) -> None:
    for number in range(3):
        change = Change(office.scene.ref("olga"), Action.UNBLOCKED, AuditedTable.TEAM, f"team-{number}")
        await office.desk.app.state.services.configuration_record.audit.note(change)
    search = {"changed_by": office.scene.ref("olga"), "action": "unblocked"}
    orders = {}
    for sort in ("time", "-time"):
        page = (await olga.get("/audit", params=search | {"sort": sort})).text
        orders[sort] = re.findall(r'<td data-label="Name" class="name"><code>(team-\d)</code>', page)
    assert orders == {"time": ["team-0", "team-1", "team-2"], "-time": ["team-2", "team-1", "team-0"]}


async def test_links_and_downloads_keep_the_search(office: Office, olga: PortalVisitor) -> None:
    await office.team_of(olga)
    search = {
        "changed_by": office.scene.ref("olga"),
        "action": "created",
        "sort": "time",
        "col": ["time", "source"],
    }
    page = (await olga.get("/audit", params=search)).text.replace("&amp;", "&")
    who = quote(office.scene.ref("olga"), safe="")
    kept = f"action=created&changed_by={who}"
    assert f'href="/audit?{kept}&col=time&col=source"' in page, "the heading sorts in the other direction"
    assert f'href="/audit/export?{kept}&format=csv"' in page
    assert 'data-label="IP address"' in page
    assert 'data-label="Outcome"' not in page


async def test_the_downloads_contain_every_change_of_the_search(office: Office, olga: PortalVisitor) -> None:
    alias = f"=HYPERLINK({unique('x')})"
    await office.team_of(olga, team_alias=alias)
    who = {"changed_by": office.scene.ref("olga"), "table_name": "LiteLLM_TeamTable"}
    lines = await olga.get("/audit/export", params=who | {"format": "jsonl"})
    assert lines.headers["content-disposition"] == 'attachment; filename="keydesk-audit.jsonl"'
    (log,) = [json.loads(line) for line in lines.text.splitlines()]
    assert log["updated_values"]["team_alias"] == alias
    table = await olga.get("/audit/export", params=who | {"format": "csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    header, row = csv.reader(io.StringIO(table.text))
    assert json.loads(dict(zip(header, row, strict=True))["updated_values"])["team_alias"] == alias
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


async def test_user_input_is_escaped(office: Office, olga: PortalVisitor) -> None:
    await office.team_of(olga, team_alias=f"{unique('Odd')} {MARKUP}")
    page = (await olga.get("/audit", params={"changed_by": f"olga{MARKUP}"})).text
    page += (await olga.get("/audit", params={"changed_by": office.scene.ref("olga")})).text
    assert MARKUP not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


async def test_hidden_budgets_are_in_no_response(
    surroundings: Surroundings, office: Office, olga: PortalVisitor
) -> None:
    await office.team_of(olga, max_budget="123.45")
    display = {"hide_team_budget_for_members": True, "hide_team_budget_for_managers": True}
    async with open_desk(settings_for_pages(surroundings, office.scene, display=display)) as desk:
        auditor = await Office(desk, office.scene, office.stack).welcome("olga")
        for path in ("/audit", "/audit/export?format=csv", "/audit/export?format=jsonl"):
            text = (await auditor.get(path, params={"changed_by": office.scene.ref("olga")})).text
            assert "team_alias" in text
            assert "123.45" not in text
