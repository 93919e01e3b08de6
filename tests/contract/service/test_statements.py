"""Statements of what people spent: the rows add up to LiteLLM's daily tables, by every dimension."""

import csv
import datetime as dt
import io
from collections import defaultdict
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from keydesk.api.services import Services
from keydesk.litellm import SpendDay
from tests.support.desk.desk import OpenDesk
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.upstream.address import Upstream
from tests.support.upstream.connecting import connect
from tests.support.upstream.making import Maker
from tests.support.upstream.seeding import MODELS, TEAMS, USERS, database_of_litellm, rows_of, seeded
from tests.support.upstream.usage import Usage

pytestmark = pytest.mark.anyio

YEAR = 2031
"""A year in which nobody else spends."""
DAYS = [dt.date(YEAR, 1, 1) + dt.timedelta(days=each) for each in (*range(120), *range(120, 365, 7))]
"""Every day of four months, and one of each later week: a whole year takes minutes on a busy machine."""


def spent(day: SpendDay, **wanted: str | None) -> float:
    """Return the spend of the rows with these values."""
    return sum(
        row.metrics.spend
        for row in day.rows
        if all(getattr(row, name) == value for name, value in wanted.items())
    )


@pytest.mark.alone
@pytest.mark.parametrize("page_size", [1000, 20])
async def test_a_day_has_person_team_key_and_model(upstream: Upstream, usage: Usage, page_size: int) -> None:
    async with connect(upstream, activity_page_size=page_size) as client:
        day = await client.spend.of_day(dt.date.fromisoformat(usage.day), [usage.person.user_id])
    assert day.complete
    own = {"user_id": usage.person.user_id}
    assert spent(day, **own) == pytest.approx(usage.by_person["spend"])
    assert spent(day, **own, team_id=usage.team.team_id) == pytest.approx(usage.by_team["spend"])
    key = usage.team_keys[0].token
    assert {row.model for row in day.rows if row.token_hash == key} == {*MODELS}
    assert {row.team_id for row in day.rows if row.token_hash == key} == {usage.team.team_id}
    assert {row.team_id for row in day.rows if row.token_hash == usage.own_key.token} == {None}


@pytest.mark.alone
async def test_the_audit_group_reads_a_statement(
    desk_with: OpenDesk, usage: Usage, scene: Scene, make: Maker
) -> None:
    make.user_ids.append(scene.user_id("olga"))
    day = dt.date.fromisoformat(usage.day)
    people = [*scene.directory(), {"ref": usage.person.user_id, "cost_center": "4711"}]
    settings = {
        "litellm": {"audit": {"group": PLATFORM_TEAM}},
        "chargeback": {"enabled": True},
        "directory": {"people": people},
    }
    async with desk_with(**settings) as desk:
        refresh = jobs_of(desk).statements.refresh
        await refresh.read(day)
        await refresh.naming.refresh()
        olga = await desk.sign_in(scene.user_id("olga"))
        month = usage.day[:7]
        detail = await olga.read(f"/statements/{month}", group_by="person", page_size=1000)
        centers = await olga.read(f"/statements/{month}", group_by="cost_center", page_size=1000)
        teams = await olga.read(f"/statements/{month}", group_by="team", page_size=1000)
        content = (await olga.get(f"/statements/{month}/export")).text
        focus = (await olga.get(f"/statements/{month}/export", format="focus")).text
    groups = {group["group"]: group for group in detail["groups"]}
    assert float(groups[usage.person.user_id]["spend_usd"]) == pytest.approx(usage.by_person["spend"])
    assert "4711" in {group["group"] for group in centers["groups"]}
    of_team = {group["group"]: float(group["spend_usd"]) for group in teams["groups"]}
    assert of_team[usage.team.team_id] == pytest.approx(usage.by_team["spend"])
    assert detail["reconciliation"]["difference_usd"] == "0.000000000"
    for key in (*usage.team_keys, usage.own_key):
        assert key.token not in content + focus


def jobs_of(desk: Any) -> Services:
    services: Services = desk.app.state.services
    return services


@pytest.mark.real_litellm
@pytest.mark.parametrize("upstream", ["litellm"], indirect=True, scope="session")
async def test_a_year_of_statements_equals_sql_to_the_cent(make: Maker, desk_with: OpenDesk) -> None:
    url = database_of_litellm()
    alice, bob = await make.person(), await make.person()
    team = await make.team(alice, bob)
    tokens = [(await make.key(alice, team)).token for _ in range(2)]
    own = (await make.key(bob)).token
    of_alice, of_bob = _rows(alice.user_id, tokens), _rows(bob.user_id, [own])
    with (
        seeded(url, USERS, alice.user_id, of_alice) as database,
        seeded(url, USERS, bob.user_id, of_bob),
        seeded(url, TEAMS, team.team_id, [{**row, "id": f"{row['id']}-t"} for row in of_alice]),
    ):
        settings = {"chargeback": {"enabled": True, "first_month": f"{YEAR}-01"}}
        async with desk_with(**settings) as desk:
            found = await _statements(desk)
        expected = _sql(database, "user_id", "model_group", "date")
    for column, name in (("user_id", "user_id"), ("model", "model_group"), ("month", "date")):
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for row in found:
            totals[row[column]] += Decimal(row["spend_usd"])
        assert {each: _cents(total) for each, total in totals.items()} == expected[name]
    teams = {row["team_id"] for row in found if row["user_id"] == alice.user_id}
    assert teams == {team.team_id}


def _rows(user_id: str, tokens: list[str]) -> list[dict[str, Any]]:
    """Return what the person spent with these keys on the days."""
    wanted = {day.isoformat() for day in DAYS}
    return [row for row in rows_of(user_id, tokens, DAYS[0], 365) if row["date"] in wanted]


async def _statements(desk: Any) -> list[dict[str, str]]:
    """Read the days, and return the rows of the statements of the year."""
    services = jobs_of(desk)
    read: list[None] = []
    await services.statements.refresh.read(*DAYS, on_day=lambda: read.append(None))
    assert len(read) == len(DAYS)
    rows: list[dict[str, str]] = []
    for month in range(1, 13):
        statement = await services.statements.chargebacks.find(f"{YEAR}-{month:02}")
        parts: Any = services.statements.chargebacks.parts(statement, "csv")
        rows += csv.DictReader(io.StringIO("".join([part async for part in parts])))
    return rows


def _sql(database: psycopg.Connection[Any], *columns: str) -> dict[str, dict[str, Decimal]]:
    """Return PostgreSQL's own sums by column in cents; days by month."""
    return {
        name: {
            row[0]: _cents(Decimal(repr(row[1])))
            for row in database.execute(
                f'SELECT {_group(name)}, sum(spend) FROM "LiteLLM_DailyUserSpend"'  # noqa: S608 - our own text
                " WHERE date LIKE %s GROUP BY 1",
                (f"{YEAR}-%",),
            )
        }
        for name in columns
    }


def _group(column: str) -> str:
    return "substr(date, 1, 7)" if column == "date" else column


def _cents(usd: Decimal) -> Decimal:
    return usd.quantize(Decimal("0.01"))
