"""`/spend/logs/v2`: single calls by page, without prompts, and with an error that says which limit refused a call."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import OVER_BUDGET, Gateway
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.seeding import database_of_litellm

pytestmark = pytest.mark.anyio
ROUTE = "/spend/logs/v2"
HEAVY = {"messages", "response", "proxy_server_request"}


def around_now() -> dict[str, str]:
    now = datetime.now(UTC)
    start, end = now - timedelta(hours=1), now + timedelta(hours=1)
    return {"start_date": f"{start:%Y-%m-%d %H:%M:%S}", "end_date": f"{end:%Y-%m-%d %H:%M:%S}"}


async def logged(gateway: Gateway, count: int, **query: Any) -> dict[str, Any]:
    """Return the page when LiteLLM has written this many calls."""

    async def read() -> Any:
        return (await gateway.get(ROUTE, **around_now(), **query)).body

    page: dict[str, Any] = await eventually(read, lambda body: body["total"] >= count)
    assert page["total"] == count
    return page


async def test_calls_are_newest_first_without_prompts(gateway: Gateway, make: Maker) -> None:
    key = await make.key(person := await make.person())
    for model in ("gpt-4o-mini", "gpt-4o", "gpt-4o-mini"):
        assert (await gateway.chat(key.secret, model)).status == 200
    page = await logged(gateway, 3, user_id=person.user_id, page_size=2)
    assert (page["page"], page["page_size"], page["total_pages"]) == (1, 2, 2)
    rows = page["data"]
    assert [row["model_group"] for row in rows] == ["gpt-4o-mini", "gpt-4o"]
    assert all(not HEAVY & row.keys() for row in rows)
    assert {(row["api_key"], row["user"], row["status"]) for row in rows} == {
        (key.token, person.user_id, "success")
    }
    of_key = await logged(gateway, 3, api_key=key.token)
    assert of_key["data"][:2] == rows


@pytest.mark.since("1.108.14", partly=True)
async def test_calls_can_be_filtered_by_public_model_and_status(gateway: Gateway, make: Maker) -> None:
    key = await make.key(person := await make.person(), models=["gpt-4o-mini"])
    for model in ("gpt-4o-mini", "premium-xl"):
        await gateway.chat(key.secret, model)
    await logged(gateway, 2, user_id=person.user_id)
    for filters in ({"model_group": "premium-xl"}, {"status_filter": "failure"}):
        page = await logged(gateway, 1, user_id=person.user_id, **filters)
        assert [row["model_group"] for row in page["data"]] == ["premium-xl"]


@pytest.mark.since("1.110.2", partly=True)
async def test_the_error_names_the_owner_of_the_budget(gateway: Gateway, make: Maker) -> None:
    person = await make.person()
    team = await make.team(person, max_budget=0.5)
    key = await make.key(person, team)
    assert (await gateway.chat(key.secret, "premium-xl")).status == 200
    assert (await gateway.chat(key.secret, "premium-xl")).status in OVER_BUDGET
    page = await logged(gateway, 1, team_id=team.team_id, status_filter="failure")
    error = page["data"][0]["metadata"]["error_information"]
    assert (error["error_class"], error["error_budget_entity_type"]) == ("BudgetExceededError", "team")
    assert error["error_message"].startswith(f"Budget has been exceeded! Team={team.team_id}")


async def test_dates_are_required_and_pages_are_limited(gateway: Gateway, make: Maker) -> None:
    person = await make.person()
    assert (await gateway.get(ROUTE, user_id=person.user_id)).status == 400
    refused = await gateway.get(ROUTE, **around_now(), user_id=person.user_id, page_size=1001)
    assert (refused.status, refused.detail[0]["loc"]) == (422, ["query", "page_size"])


async def test_the_sums_by_day_contain_the_calls_of_today(gateway: Gateway, make: Maker) -> None:
    key = await make.key(person := await make.person())
    assert (await gateway.chat(key.secret, "gpt-4o")).status == 200
    (call,) = (await logged(gateway, 1, user_id=person.user_id))["data"]
    found = (await gateway.get("/global/spend/logs")).body
    sums = {each["date"]: each["spend"] for each in found}
    assert sums[call["startTime"][:10]] >= call["spend"] > 0
    oldest = datetime.now(UTC).date() - timedelta(days=30)
    assert all(date.fromisoformat(day) >= oldest for day in sums)


@pytest.mark.real_litellm
@pytest.mark.parametrize("upstream", ["litellm"], indirect=True, scope="session")
async def test_the_sums_by_day_are_those_of_sql(gateway: Gateway) -> None:
    day = datetime.now(UTC).date() - timedelta(days=23)
    query = 'SELECT sum(spend) FROM "LiteLLM_SpendLogs" WHERE "startTime"::date = %s'
    with psycopg.connect(database_of_litellm(), autocommit=True) as database, call_on(database, day):
        expected = database.execute(query, (day,)).fetchone()
        found = (await gateway.get("/global/spend/logs")).body
    assert expected is not None
    assert {each["date"]: each["spend"] for each in found}[day.isoformat()] == pytest.approx(expected[0])


@contextmanager
def call_on(database: psycopg.Connection[Any], day: date) -> Iterator[None]:
    """Write a call in the last millisecond of the day, and delete it after the block."""
    request_id = unique("logged")
    columns = 'request_id, call_type, api_key, spend, "startTime", "endTime"'
    database.execute(
        f'INSERT INTO "LiteLLM_SpendLogs" ({columns}) VALUES (%s, %s, %s, %s, %s, %s)',  # noqa: S608 - our own names
        (request_id, "acompletion", "", 0.125, f"{day} 23:59:59.999", f"{day} 23:59:59.999"),
    )
    try:
        yield
    finally:
        database.execute('DELETE FROM "LiteLLM_SpendLogs" WHERE request_id = %s', (request_id,))
