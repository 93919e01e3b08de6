"""Usage of months, written into LiteLLM's database: every figure equals PostgreSQL's own sum, on every release."""

from datetime import date
from typing import Any

import pytest

from keydesk.litellm import Activity, LiteLLM
from tests.support.desk.desk import SignIn
from tests.support.upstream.address import Upstream
from tests.support.upstream.connecting import connect
from tests.support.upstream.making import Maker
from tests.support.upstream.seeding import TEAMS, USERS, Table, database_of_litellm, rows_of, seeded, sums

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.real_litellm,
    pytest.mark.parametrize("upstream", ["litellm"], indirect=True, scope="session"),
]

FIRST, DAYS = date(2026, 1, 1), 40
LAST = date(2026, 2, 9)
KEYS = 12


def figures_of(activity: Activity, by: str) -> dict[str, tuple[float, ...]]:
    """Return an activity's figures by day, model or key, as `sums` returns them."""
    figures: dict[str, tuple[float, ...]] = {}
    for day in activity.days:
        parts: Any = {
            "date": {day.date.isoformat(): day},
            "model_group": day.models,
            "api_key": day.keys,
        }[by]
        for name, part in parts.items():
            metrics = part.metrics
            new = (metrics.spend, metrics.total_tokens, metrics.api_requests, metrics.failed_requests)
            figures[name] = tuple(map(sum, zip(figures.get(name, (0.0,) * 4), new, strict=True)))
    return figures


@pytest.fixture
def litellm_database() -> str:
    return database_of_litellm()


async def read(client: LiteLLM, table: Table, subject: str) -> Activity:
    reports = client.activity
    of = reports.of_user if table is USERS else reports.of_team
    return await of(subject, FIRST, LAST)


@pytest.mark.parametrize("page_size", [1000, 300])
@pytest.mark.parametrize("table", [USERS, TEAMS], ids=["person", "team"])
async def test_the_clients_figures_are_the_sums_of_the_rows(
    litellm_database: str, upstream: Upstream, make: Maker, table: Table, page_size: int
) -> None:
    alice = await make.person()
    team = await make.team(alice)
    subject = alice.user_id if table is USERS else team.team_id
    tokens = [(await make.key(alice, team)).token for _ in range(KEYS)]
    rows = rows_of(subject, tokens, FIRST, DAYS)
    with seeded(litellm_database, table, subject, rows) as database:
        async with connect(upstream, activity_page_size=page_size) as client:
            activity = await read(client, table, subject)
        assert activity.complete
        for by in ("date", "model_group", "api_key"):
            expected = sums(database, table, subject, by)
            found = figures_of(activity, by)
            assert found.keys() == expected.keys()
            for name, figures in expected.items():
                assert found[name] == pytest.approx(figures), (by, name)


async def test_a_persons_report_is_the_sum_of_the_rows(
    litellm_database: str, as_person: SignIn, make: Maker
) -> None:
    jane = await as_person("jane")
    tokens = [(await make.key(jane.person)).token for _ in range(KEYS)]
    rows = rows_of(jane.user_id, tokens, FIRST, DAYS)
    with seeded(litellm_database, USERS, jane.user_id, rows) as database:
        report = await jane.read("/usage", start_date=FIRST.isoformat(), end_date=LAST.isoformat())
        by_day = sums(database, USERS, jane.user_id, "date")
        by_model = sums(database, USERS, jane.user_id, "model_group")
    assert report["complete"] is True
    assert report["total_spend"] == pytest.approx(sum(figures[0] for figures in by_day.values()))
    assert {day["date"]: day["api_requests"] for day in report["daily_usage"]} == {
        day: figures[2] for day, figures in by_day.items()
    }
    assert {model: each["total_tokens"] for model, each in report["usage_by_model"].items()} == {
        model: figures[1] for model, figures in by_model.items()
    }
