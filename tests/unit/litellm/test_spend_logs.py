"""Single calls from the spend logs: what is sent, what is kept, and how all of them are read."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest

from keydesk.litellm import FilterIgnored, LiteLLMConfig, SpendLogQuery, UnexpectedAnswer
from keydesk.litellm.client import LiteLLM
from keydesk.litellm.errors import NotFound
from tests.unit.litellm.gateway import NO_SUCH_ROUTE, TOKEN_HASH, GatewayStandIn, answer

pytestmark = pytest.mark.anyio
ROUTE = "GET /spend/logs/v2"
BY_DAY = "GET /global/spend/logs"
START = datetime(2026, 3, 1, tzinfo=UTC)
ALICE = SpendLogQuery(since=START, until=START + timedelta(days=1), user_id="alice")


def row(name: str = "one", seconds: float = 60, **members: Any) -> dict[str, Any]:
    at = (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
    return {
        "request_id": name, "api_key": TOKEN_HASH, "user": "alice", "team_id": "", "startTime": at,
        "model": "openai/gpt-4o", "model_group": "gpt-4o", "spend": 0, "prompt_tokens": 8,
        "completion_tokens": 20, "request_duration_ms": 9, "status": "success", "cache_hit": "None",
        "requester_ip_address": "10.0.0.7", "messages": [{"content": "a secret prompt"}], "metadata": {
            "user_api_key_alias": "laptop", "requester_ip_address": "10.0.0.7", "error_information": None,
        },
    } | members  # fmt: skip


def page(*rows: dict[str, Any], total: int | None = None) -> httpx2.Response:
    return answer({"data": rows, "total": len(rows) if total is None else total, "total_is_capped": False})


async def test_a_call_has_figures_and_no_prompt_or_address(litellm: GatewayStandIn) -> None:
    litellm.on(ROUTE, page(row()))
    async with litellm.connect() as gateway:
        (call,) = (await gateway.spend_logs.page(ALICE, 1, 50)).rows
    assert (call.model, call.prompt_tokens, call.details.key_alias) == ("gpt-4o", 8, "laptop")
    assert call.started_at == START + timedelta(minutes=1)
    assert "secret prompt" not in repr(call)
    assert "10.0.0.7" not in repr(call)


async def test_the_query_names_the_subject_the_days_and_the_filters(litellm: GatewayStandIn) -> None:
    litellm.on(ROUTE, page())
    async with litellm.connect() as gateway:
        await gateway.spend_logs.page(replace(ALICE, model="gpt-4o", status="failure"), 3, 25)
    assert litellm.query == {
        "user_id": "alice", "model_group": "gpt-4o", "status_filter": "failure", "page": "3", "page_size": "25",
        "start_date": "2026-03-01 00:00:00", "end_date": "2026-03-02 00:00:00",
    }  # fmt: skip


async def test_a_query_without_a_subject_is_not_sent(litellm: GatewayStandIn) -> None:
    async with litellm.connect() as gateway:
        for nobody in (replace(ALICE, user_id=None), replace(ALICE, user_id="")):
            with pytest.raises(ValueError, match=r"expected a user|must not be empty"):
                await gateway.spend_logs.page(nobody, 1, 50)
    assert litellm.asked == []


@pytest.mark.parametrize(
    "query",
    [
        replace(ALICE, user_id="bob"),
        replace(ALICE, token_hash="f" * 64),
        replace(ALICE, team_id="red"),
        replace(ALICE, model="gpt-4o-mini"),
        replace(ALICE, status="failure"),
    ],
)
async def test_calls_of_a_release_that_ignores_a_filter_are_refused(
    litellm: GatewayStandIn, query: SpendLogQuery
) -> None:
    litellm.on(ROUTE, page(row()))
    async with litellm.connect() as gateway:
        with pytest.raises(FilterIgnored):
            await gateway.spend_logs.page(query, 1, 50)


async def test_a_release_without_the_route_is_recognized(litellm: GatewayStandIn) -> None:
    litellm.on(ROUTE, answer(NO_SUCH_ROUTE, 404))
    async with litellm.connect() as gateway:
        with pytest.raises(NotFound) as missing:
            await gateway.spend_logs.page(ALICE, 1, 50)
    assert missing.value.route_missing


async def test_metadata_can_be_json_in_a_string(litellm: GatewayStandIn) -> None:
    error = {"error_class": "BudgetExceededError", "error_code": "422", "error_message": "no"}
    metadata = json.dumps({"user_api_key_alias": "laptop", "error_information": error})
    litellm.on(ROUTE, page(row(status="failure", metadata=metadata)))
    async with litellm.connect() as gateway:
        (call,) = (await gateway.spend_logs.page(ALICE, 1, 50)).rows
    assert call.is_failure
    assert call.details.error is not None
    assert call.details.error.kind == "BudgetExceededError"


async def test_another_body_is_an_unexpected_answer(litellm: GatewayStandIn) -> None:
    litellm.on(ROUTE, answer({"data": [{"request_id": 7}]}))
    async with litellm.connect() as gateway:
        with pytest.raises(UnexpectedAnswer) as fault:
            await gateway.spend_logs.page(ALICE, 1, 50)
    assert TOKEN_HASH not in str(fault.value)


class Table:
    """The rows of a gateway with a largest page size, which filters and sorts like LiteLLM."""

    def __init__(self, rows: list[dict[str, Any]], largest: int) -> None:
        self.rows = sorted(rows, key=lambda each: each["startTime"], reverse=True)
        self.largest = largest
        self.pages: list[int] = []

    def connect(self) -> LiteLLM:
        config = LiteLLMConfig(base_url="http://litellm.test", master_key="sk-master")
        return LiteLLM(config, httpx2.MockTransport(self.reply))

    def reply(self, request: httpx2.Request) -> httpx2.Response:
        asked = request.url.params
        size, number = int(asked["page_size"]), int(asked["page"])
        if size > self.largest:
            fault = {"type": "less_than_equal", "loc": ["query", "page_size"], "msg": "too large"}
            return answer({"detail": [fault]}, 422)
        self.pages.append(number)
        until = asked["end_date"].replace(" ", "T") + ".000+00:00"
        found = [each for each in self.rows if each["startTime"] <= until]
        return page(*found[(number - 1) * size : number * size], total=len(found))


@pytest.mark.parametrize("largest", [100, 1000])
@pytest.mark.parametrize("seconds_apart", [0.01, 1.0, 7.0])
async def test_all_calls_are_read_once_without_large_offsets(largest: int, seconds_apart: float) -> None:
    table = Table([row(str(number), 60 + number * seconds_apart) for number in range(2345)], largest)
    async with table.connect() as gateway:
        batches = [batch async for batch in gateway.spend_logs.newest_first(ALICE)]
    found = [call.request_id for batch in batches for call in batch]
    assert found == [str(number) for number in reversed(range(2345))]
    assert max(map(len, batches)) <= largest
    assert max(table.pages) <= 2


async def test_calls_of_one_second_are_read_page_by_page() -> None:
    table = Table([row(str(number), 60) for number in range(450)], 100)
    async with table.connect() as gateway:
        batches = [batch async for batch in gateway.spend_logs.newest_first(ALICE)]
    assert sorted(int(call.request_id) for batch in batches for call in batch) == [*range(450)]


async def test_calls_at_the_end_of_the_period_belong_to_the_next_one() -> None:
    table = Table([row("in", 24 * 3600 - 0.001), row("out", 24 * 3600)], 1000)
    async with table.connect() as gateway:
        (batch,) = [batch async for batch in gateway.spend_logs.newest_first(ALICE)]
        shown = await gateway.spend_logs.page(ALICE, 1, 50)
    assert [call.request_id for call in batch] == [call.request_id for call in shown.rows] == ["in"]


async def test_the_sums_by_day(litellm: GatewayStandIn) -> None:
    litellm.on(BY_DAY, answer([{"date": "2026-03-01", "spend": 0.3}, {"date": "2026-03-02", "spend": None}]))
    async with litellm.connect() as gateway:
        assert await gateway.spend_logs.by_day() == {date(2026, 3, 1): 0.3, date(2026, 3, 2): 0.0}


async def test_sums_from_prometheus_are_no_sums_of_spend_logs(litellm: GatewayStandIn) -> None:
    litellm.on(BY_DAY, answer([{"date": "2026-03-01T11:42:07.1+00:00", "spend": 0.3}]))
    async with litellm.connect() as gateway:
        with pytest.raises(UnexpectedAnswer):
            await gateway.spend_logs.by_day()
