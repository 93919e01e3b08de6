"""Refusals by services are in the reader's language on pages, with their values, and in English in the API."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.api.pages.conftest import Office, settings_for_pages
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import open_desk
from tests.support.desk.portal import PortalVisitor
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
GERMAN = {"Accept-Language": "de", "Accept": "text/html"}
TEAM: dict[str, Any] = {"models": ["gpt-4o"], "max_budget": "100"}
NO_TEAM = "Es gibt kein selbst verwaltetes Team mit dieser ID. Eines der selbst verwalteten Teams wählen."


@pytest.fixture
def german(olga: PortalVisitor) -> PortalVisitor:
    olga.http.headers.update(GERMAN)
    return olga


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (
            {"max_budget": "501"},
            (
                "Das Budget liegt über dem Maximum für seinen Zeitraum. "
                "Das Maximum für 30d beträgt 500 US-Dollar."
            ),
        ),
        (
            {"max_budget": "20", "budget_duration": "1d"},
            "Das Maximum für 1d beträgt 16,66 US-Dollar.",
        ),
        ({"models": ["premium-xl"]}, "ist für Teams nicht verfügbar. Teams können"),
    ],
    ids=["budget", "budget of a day", "model"],
)
async def test_a_team_that_policy_refuses(
    german: PortalVisitor, changes: Mapping[str, Any], refusal: str
) -> None:
    answer = await german.post("/teams", at="/models", team_alias=unique("Search"), **{**TEAM, **changes})
    assert answer.status_code == 403
    assert refusal in answer.text


async def test_a_name_that_is_taken(office: Office, german: PortalVisitor) -> None:
    alias = unique("Taken")
    await office.team_of(german, team_alias=alias)
    answer = await german.post("/teams", at="/models", team_alias=alias, **TEAM)
    assert "Ein anderes Team hat bereits diesen Namen. Einen anderen Namen wählen." in answer.text


async def test_a_person_who_is_not_in_the_directory(office: Office, german: PortalVisitor) -> None:
    team_id = await office.team_of(german)
    answer = await german.post(f"/teams/{team_id}/members", at="/models", person="nobody-we-know")
    assert "Im Verzeichnis steht niemand mit diesem Namen." in answer.text


async def test_a_team_that_is_gone(german: PortalVisitor) -> None:
    answer = await german.get("/teams/gone/edit")
    assert answer.status_code == 404
    assert NO_TEAM.partition(". ")[0] in answer.text
    assert NO_TEAM.partition(". ")[2] in answer.text


async def test_dates_in_the_wrong_order(german: PortalVisitor) -> None:
    answer = await german.get("/audit?start_date=2026-02-01&end_date=2026-01-01")
    assert "Das Startdatum darf nicht nach dem Enddatum liegen." in answer.text


async def test_litellm_is_away(surroundings: Surroundings, office: Office, control: SandboxControl) -> None:
    """A Keydesk of its own, because its circuit breaker opens."""
    async with open_desk(settings_for_pages(surroundings, office.scene)) as desk:
        olga = await Office(desk, office.scene, office.stack).welcome("olga")
        with control.fault("/", error_rate=1.0):
            answer = await olga.get("/models", headers=GERMAN)
    assert answer.status_code in {502, 503}
    assert re.search(
        r"LiteLLM (ist derzeit nicht verfügbar|ist nicht erreichbar|hat diese Anfrage)", answer.text
    )


async def test_the_api_is_english(german: PortalVisitor) -> None:
    answer = await german.get("/api/litellm/teams/gone/usage")
    assert answer.json()["hint"] == "Choose one of your teams."
