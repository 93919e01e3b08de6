"""The cost of a call, when it becomes visible, and whom it is charged to."""

import asyncio
from typing import Any

import pytest

from tests.unit.sandbox.bench import Bench

pytestmark = pytest.mark.anyio

ONE_CALL = 8 * 0.01 + 20 * 0.05
"""USD of one `premium-xl` call that says hello, where a budget makes the gateway count the prompt."""


async def spend_of_key(bench: Bench, key: str) -> Any:
    return (await bench.get("/key/info", key=key))["info"]["spend"]


async def test_spend_becomes_visible_after_the_delay(bench: Bench) -> None:
    key = await bench.key(max_budget=100)
    await bench.chat(key)
    assert await spend_of_key(bench, key) == 0
    bench.clock.forward(seconds=1)
    assert await spend_of_key(bench, key) == pytest.approx(ONE_CALL)


async def test_budgets_include_spend_that_is_not_visible_yet(bench: Bench) -> None:
    key = await bench.key(max_budget=0.5)
    assert (await bench.chat(key)).status_code == 200
    assert (await bench.chat(key)).status_code == 422
    assert await spend_of_key(bench, key) == 0


async def test_a_call_is_charged_to_the_key_the_owner_the_team_and_the_membership(bench: Bench) -> None:
    await bench.person(max_budget=100)
    await bench.post("/team/new", team_id="red", members_with_roles=[{"role": "user", "user_id": "alice"}])
    key = await bench.key(user_id="alice", team_id="red")
    await bench.chat(key)
    bench.clock.forward(seconds=1)
    team = await bench.get("/team/info", team_id="red")
    member = next(each for each in team["team_memberships"] if each["user_id"] == "alice")
    person = await bench.get("/v2/user/info", user_id="alice")
    spends = (await spend_of_key(bench, key), person["spend"], team["team_info"]["spend"], member["spend"])
    assert spends == pytest.approx((ONE_CALL,) * 4)


async def test_parallel_calls_all_count(bench: Bench) -> None:
    key = await bench.key(max_budget=1000)
    answers = await asyncio.gather(*(bench.chat(key) for _ in range(25)))
    assert {answer.status_code for answer in answers} == {200}
    bench.clock.forward(seconds=1)
    assert await spend_of_key(bench, key) == pytest.approx(25 * ONE_CALL)


async def test_a_refused_call_counts_as_a_request_without_spend(bench: Bench) -> None:
    await bench.person()
    key = await bench.key(user_id="alice", models=["gpt-4o"])
    assert (await bench.chat(key)).status_code == 403
    bench.clock.forward(seconds=1)
    activity = await bench.get(
        "/user/daily/activity", user_id="alice", start_date="2026-11-23", end_date="2026-11-23"
    )
    assert activity["metadata"]["total_failed_requests"] == 1
    assert activity["metadata"]["total_spend"] == 0
    assert "openai/premium-xl" in activity["results"][0]["breakdown"]["models"]


async def test_a_spend_reset_includes_invisible_spend(bench: Bench) -> None:
    key = await bench.key(max_budget=0.5)
    await bench.chat(key)
    token = (await bench.get("/key/info", key=key))["key"]
    answer = await bench.post(f"/key/{token}/reset_spend", reset_to=0)
    assert answer["previous_spend"] == pytest.approx(ONE_CALL)
    bench.clock.forward(seconds=5)
    assert await spend_of_key(bench, key) == 0
    assert (await bench.chat(key)).status_code == 200


async def test_a_failed_update_loses_no_spend(bench: Bench) -> None:
    key = await bench.key(max_budget=100)
    await bench.chat(key)
    assert (await bench.call("POST", "/key/update", json={"key": "sk-nobody", "spend": 0})).status_code == 404
    bench.clock.forward(seconds=1)
    assert await spend_of_key(bench, key) == pytest.approx(ONE_CALL)


async def test_activity_of_a_deleted_key_keeps_its_name(bench: Bench) -> None:
    await bench.person(max_budget=100)
    key = await bench.key(user_id="alice", key_alias="laptop")
    await bench.chat(key)
    await bench.post("/key/delete", keys=[key])
    whole = await bench.get(
        "/user/daily/activity/aggregated", user_id="alice", start_date="2026-11-01", end_date="2026-11-30"
    )
    (entry,) = whole["results"][0]["breakdown"]["api_keys"].values()
    assert entry["metrics"]["spend"] == pytest.approx(ONE_CALL)
    assert (entry["metadata"]["key_alias"], entry["metadata"]["key_exists"]) == ("laptop", False)


async def test_the_pages_add_up_to_the_aggregate(bench: Bench) -> None:
    await bench.person()
    keys = [await bench.key(user_id="alice") for _ in range(3)]
    for key in keys:
        for model in ("gpt-4o", "gpt-4o-mini"):
            await bench.chat(key, model)
        bench.clock.forward(days=1)
    dates = {"user_id": "alice", "start_date": "2026-11-01", "end_date": "2026-12-31"}
    pages = [
        (await bench.get("/user/daily/activity", page=page, page_size=4, **dates))["metadata"]
        for page in (1, 2)
    ]
    assert [page["has_more"] for page in pages] == [True, False]
    whole = (await bench.get("/user/daily/activity/aggregated", **dates))["metadata"]
    for figure in ("total_spend", "total_tokens", "total_api_requests"):
        assert sum(page[figure] for page in pages) == pytest.approx(whole[figure])


async def test_a_stream_is_charged_by_its_text(bench: Bench) -> None:
    key = await bench.key()
    answer = await bench.chat(key, "gpt-4o", stream=True)
    assert answer.text.endswith("data: [DONE]\n\n")
    bench.clock.forward(seconds=1)
    assert await spend_of_key(bench, key) == pytest.approx(8 * 0.0000025 + 5 * 0.00001)


async def test_an_embedding_is_charged_and_reproducible(bench: Bench) -> None:
    body = {"model": "text-embedding-3-small", "input": ["hello", "world"]}
    first, second = [(await bench.post("/v1/embeddings", **body))["data"] for _ in range(2)]
    assert first == second
    assert [len(entry["embedding"]) for entry in first] == [1536, 1536]
