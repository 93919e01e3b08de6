"""People choose their budget alerts, and team admins those of their teams; auditors see the findings."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.alerts.findings import FindingKind, Seen
from keydesk.alerts.models import Choice
from keydesk.alerts.notices import finding_notice
from keydesk.alerts.service import Alerts
from tests.api.pages.conftest import Office, settings_for_pages
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, Visitor, open_desk
from tests.support.desk.people import Scene
from tests.support.desk.portal import PortalVisitor

pytestmark = pytest.mark.anyio
WEBHOOK = {
    "url": "https://receiver.example.com/hook",
    "signing_secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3",
}


@pytest.fixture(scope="module")
async def alerting_desk(surroundings: Surroundings) -> AsyncIterator[Desk]:
    settings = settings_for_pages(surroundings, surroundings.troupe)
    notices = type(settings.notices).model_validate({"webhook": WEBHOOK})
    async with open_desk(settings.model_copy(update={"notices": notices})) as desk:
        yield desk


@pytest.fixture
async def office(alerting_desk: Desk, scene: Scene) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        yield Office(alerting_desk, scene, stack)


def alerts_of(office: Office) -> Alerts:
    alerts: Alerts = office.desk.app.state.services.alerts
    return alerts


def checked(page: str) -> set[str]:
    """Return the checkboxes that are checked, by name and value."""
    boxes = re.findall(r'type="checkbox" name="(threshold|forecast|jumps)" value="(\w+)"( checked)?', page)
    return {f"{name} {value}" for name, value, on in boxes if on}


USUAL = {"threshold 80", "threshold 95", "threshold 100", "forecast on", "jumps on"}


async def test_a_person_chooses_alerts_and_returns_to_the_defaults(
    office: Office, jane: PortalVisitor
) -> None:
    ref = f"user:default/{office.scene.user_id('jane')}"
    page = (await jane.get("/notifications")).text
    assert checked(page) == USUAL
    assert "Use the defaults" not in page
    sent = {"threshold": ["90", "50"], "forecast": "on"}
    assert (await jane.post("/notifications/alerts", at="/notifications", **sent)).status_code == 303
    assert await alerts_of(office).choice_of(ref) == Choice((50, 90), forecast=True, jumps=False)
    page = (await jane.get("/notifications")).text
    assert checked(page) == {"threshold 50", "threshold 90", "forecast on"}
    await jane.post("/notifications/alerts", at="/notifications", reset="on")
    assert await alerts_of(office).choice_of(ref) is None


@pytest.mark.parametrize("value", ["0", "101", "many", "-5", "1e3"])
async def test_a_threshold_is_a_percentage(office: Office, jane: PortalVisitor, value: str) -> None:
    answer = await jane.post("/notifications/alerts", at="/notifications", threshold=value)
    assert answer.status_code == 422
    assert await alerts_of(office).choice_of(f"user:default/{office.scene.user_id('jane')}") is None


async def test_a_team_admin_chooses_the_alerts_of_a_team(office: Office, olga: PortalVisitor) -> None:
    team_id = await office.team_of(olga)
    path = f"/teams/{team_id}/alerts"
    assert path in (await olga.get(f"/teams/{team_id}")).text
    assert checked((await olga.get(path)).text) == USUAL
    assert (await olga.post(path, at=path, threshold="75")).status_code == 303
    assert await alerts_of(office).choice_of_team(team_id) == Choice((75,), forecast=False, jumps=False)
    carol = await office.welcome("carol")
    assert (await carol.post(path, at="/models", threshold="50")).status_code == 404
    assert await alerts_of(office).choice_of_team(team_id) == Choice((75,), forecast=False, jumps=False)
    audit = (
        await olga.get(f"/audit?table_name=LiteLLM_TeamTable&changed_by={office.scene.user_id('olga')}")
    ).text
    assert "alerts" in audit


OWN = {"thresholds": [50, 90], "forecast": True, "jumps": False}


async def test_the_api_chooses_the_same_alerts_as_the_page(owner: Visitor, jane: PortalVisitor) -> None:
    usual = await owner.read("/alerts")
    assert (usual["thresholds"], usual["is_own"]) == ([80, 95, 100], False)
    answer = await owner.call("PUT", "/alerts", json=OWN | {"thresholds": [90, 50, 90]})
    assert answer.json() == await owner.read("/alerts") == usual | OWN | {"is_own": True}
    assert checked((await jane.get("/notifications")).text) == {"threshold 50", "threshold 90", "forecast on"}
    assert (await owner.call("DELETE", "/alerts")).json() == await owner.read("/alerts") == usual


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"thresholds": [0]}, "thresholds.0"),
        ({"thresholds": [101]}, "thresholds.0"),
        ({"thresholds": [50.5]}, "thresholds.0"),
        ({"thresholds": [1, 2, 3, 4, 5, 6, 7]}, "thresholds"),
        ({"thresholds": None}, "thresholds"),
        ({"forecast": "yes"}, "forecast"),
        ({"jumps": 1}, "jumps"),
        ({"ref": "user:default/olga"}, "ref"),
    ],
)
async def test_other_bodies_are_refused(owner: Visitor, change: dict[str, Any], param: str) -> None:
    answer = await owner.call("PUT", "/alerts", json=OWN | change)
    assert (answer.status_code, answer.json()["param"]) == (422, param)
    assert not (await owner.read("/alerts"))["is_own"]


async def test_the_api_is_closed_for_other_teams(office: Office, olga: PortalVisitor, owner: Visitor) -> None:
    path = f"/teams/{await office.team_of(olga)}/alerts"
    manager = await office.desk.sign_in(office.scene.user_id("olga"))
    carol = await office.desk.sign_in(office.scene.user_id("carol"))
    assert (await manager.call("PUT", path, json=OWN)).json()["is_own"]
    for method, sent in (("GET", {}), ("PUT", {"json": OWN | {"thresholds": []}}), ("DELETE", {})):
        assert (await carol.call(method, path, **sent)).status_code == 404
        assert (await owner.call(method, path, **sent)).status_code == 403
    assert (await manager.read(path))["thresholds"] == [50, 90]
    assert not (await manager.call("DELETE", path)).json()["is_own"]
    (reset, chosen) = (await manager.read("/audit", table_name="LiteLLM_TeamTable", page_size=2))[
        "audit_logs"
    ]
    assert (reset["action"], chosen["action"]) == ("updated", "updated")


async def test_the_first_steps_lead_to_the_alerts(jane: PortalVisitor) -> None:
    step = "Set an alert"
    assert step in (home := (await jane.get("/")).text)
    assert 'href="/notifications#alerts"' in home
    await jane.post("/notifications/alerts", at="/notifications", threshold="80")
    home = (await jane.get("/")).text
    assert step in home
    assert 'href="/notifications#alerts"' not in home


async def test_an_auditor_sees_the_findings_with_what_to_do(office: Office, olga: PortalVisitor) -> None:
    assert "Nothing found." in (await olga.get("/admin/findings")).text
    seen = [
        Seen(FindingKind.NO_PRICE, "local-llama", {"name": "local-llama", "tokens": 1234, "spend": 0.0}),
        Seen(FindingKind.OWNER_GONE, "key_x", {"name": "<b>laptop</b>", "owner": "ghost"}),
        Seen(FindingKind.NOT_RESET, "team:t", {"name": "ML", "spend": 3.0, "budget": 10.0}),
    ]
    at, store = datetime.now(UTC), alerts_of(office).finding_store
    for hours in range(2):
        await store.see(seen, at + timedelta(hours=hours), finding_notice)
    page = (await olga.get("/admin/findings")).text
    for text in ("1,234 tokens without spend", "&lt;b&gt;laptop&lt;/b&gt;", "$3.00 of $10.00", "freeModels"):
        assert text in page
    await store.forget_older(at + timedelta(days=1))
