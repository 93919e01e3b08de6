"""Statements of a team show people as the settings say, and nothing if its budget is hidden."""

import csv
import datetime as dt
import io
from typing import Any

import pytest

from keydesk.auth.group_members import TeamAdmins
from keydesk.chargeback.models import Amounts, Cell, Grouping, Named
from keydesk.chargeback.team_statements import TeamStatements
from keydesk.directory.static import StaticDirectory
from keydesk.kit.people import Person
from keydesk.kit.problems import NotFound, PolicyRefused
from keydesk.litellm import Team
from keydesk.settings import DirectoryPerson, Display
from keydesk.teams.policy import OWNING_GROUP
from keydesk.teams.service import Teams
from tests.unit.chargeback.conftest import LAPTOP, Ledger

pytestmark = pytest.mark.anyio

GROUP = "group:default/platform"
OLGA = Person("user:default/olga")
DOLLAR = Amounts(10**9, 100, 50, 1)
MONTH = "2026-02"


class OneTeam:
    """A gateway with the platform team, which has a budget."""

    @property
    def teams(self) -> "OneTeam":
        return self

    async def get(self, team_id: str) -> Team | None:
        team = Team(team_id="platform", max_budget=100.0, metadata={OWNING_GROUP: GROUP})
        return team if team_id == team.team_id else None


def of_teams(ledger: Ledger, *, shows_people: bool, hides_budget: bool = False) -> TeamStatements:
    gateway: Any = OneTeam()
    olga = DirectoryPerson.model_validate({"ref": OLGA.ref, "groups": [GROUP]})
    admins = TeamAdmins((GROUP,), StaticDirectory([olga]))
    teams = Teams(gateway, Display(hide_team_budget_for_managers=hides_budget), admins)
    return TeamStatements(ledger.chargebacks, teams, shows_people)


@pytest.fixture
async def spent(ledger: Ledger) -> Ledger:
    """A day on which two people spent a dollar in the team with one key, and one of them another elsewhere."""
    await ledger.name(Named("person", "alice", "Alice", "4711"), Named("key", "key_laptop", "laptop"))
    others = {LAPTOP._replace(user_id="bob"): DOLLAR, LAPTOP._replace(team_id="elsewhere"): DOLLAR}
    await ledger.put(dt.date(2026, 2, 1), {LAPTOP: DOLLAR, **others, Cell("", "", "", "gpt-4o"): DOLLAR})
    return ledger


async def rows_of(statements: TeamStatements) -> set[tuple[str, ...]]:
    text = "".join([part async for part in await statements.export(OLGA, "platform", MONTH)])
    names = ("team_id", "user_id", "person", "cost_center", "key")
    return {tuple(row[name] for name in names) for row in csv.DictReader(io.StringIO(text))}


async def test_with_names_people_are_a_dimension(spent: Ledger) -> None:
    statements = of_teams(spent, shows_people=True)
    detail = await statements.detail(OLGA, "platform", MONTH, Grouping("person"))
    assert {(group.label, str(group.spend_usd)) for group in detail.groups} == {
        ("Alice", "1.000000000"),
        ("bob", "1.000000000"),
    }
    assert await rows_of(statements) == {
        ("platform", "alice", "Alice", "4711", "laptop"),
        ("platform", "bob", "bob", "Unknown", "laptop"),
    }
    assert (await spent.recorded())[-1] == ("downloaded", MONTH)


async def test_without_names_nothing_identifies_a_person(spent: Ledger) -> None:
    statements = of_teams(spent, shows_people=False)
    with pytest.raises(PolicyRefused):
        await statements.detail(OLGA, "platform", MONTH, Grouping("person"))
    detail = await statements.detail(OLGA, "platform", MONTH, Grouping("key"))
    assert [(group.label, str(group.spend_usd)) for group in detail.groups] == [("laptop", "2.000000000")]
    assert await rows_of(statements) == {("platform", "", "", "Unknown", "laptop")}


async def test_a_hidden_budget_hides_the_statement(spent: Ledger) -> None:
    statements = of_teams(spent, shows_people=True, hides_budget=True)
    with pytest.raises(PolicyRefused):
        await statements.list(OLGA, "platform")
    with pytest.raises(PolicyRefused):
        await statements.export(OLGA, "platform", MONTH)


async def test_other_teams_and_months_are_not_found(spent: Ledger) -> None:
    statements = of_teams(spent, shows_people=True)
    with pytest.raises(NotFound):
        await statements.list(OLGA, "elsewhere")
    with pytest.raises(NotFound):
        await statements.list(Person("user:default/jane"), "platform")
    with pytest.raises(NotFound):
        await statements.detail(OLGA, "platform", "2026-01", Grouping("model"))


async def test_the_list_has_the_sums_of_the_team(spent: Ledger) -> None:
    await spent.put_month(MONTH, {LAPTOP: DOLLAR, LAPTOP._replace(team_id=""): DOLLAR})
    await spent.close(MONTH)
    (month,) = (await of_teams(spent, shows_people=False).list(OLGA, "platform")).statements
    assert (str(month.spend_usd), month.rows, month.state, month.checksum) == (
        "28.000000000",
        28,
        "closed",
        None,
    )
