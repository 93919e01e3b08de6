"""The faults that can be injected, where, and that the same seed fails the same calls."""

import json
from typing import Any

import httpx2
import pytest
from starlette.types import Message

from keydesk_sandbox import Fault, Faults
from tests.unit.sandbox.bench import MASTER, Bench

pytestmark = pytest.mark.anyio


async def test_without_faults_everything_works(bench: Bench) -> None:
    assert await bench.get("/health/liveliness") == "I'm alive!"


async def statuses(bench: Bench, calls: int = 12) -> list[int]:
    return [(await bench.call("GET", "/key/list")).status_code for _ in range(calls)]


async def test_the_same_seed_fails_the_same_calls(bench: Bench) -> None:
    flaky = Fault(path="/key", error_rate=0.5, status=502)
    bench.faults.set(flaky, seed=3)
    first = await statuses(bench)
    bench.faults.set(flaky, seed=3)
    assert await statuses(bench) == first
    assert set(first) == {200, 502}


async def test_the_longest_matching_path_wins(bench: Bench) -> None:
    bench.faults.set(Fault(path="/", error_rate=1), Fault(path="/key/", error_rate=1, status=504))
    assert (await bench.call("GET", "/key/list")).status_code == 504
    assert (await bench.call("GET", "/v1/models")).status_code == 500


async def test_cleared_faults_have_no_effect(bench: Bench) -> None:
    bench.faults.set(Fault(error_rate=1))
    bench.faults.clear()
    assert await statuses(bench, calls=1) == [200]


@pytest.mark.parametrize(
    ("body", "status", "content_type"),
    [
        ("json", 500, "application/json"),
        ("html", 500, "text/html; charset=utf-8"),
        ("truncated", 500, "application/json"),
        ("ok_with_error", 200, "application/json"),
    ],
)
async def test_an_error_has_the_configured_body(
    bench: Bench, body: Any, status: int, content_type: str
) -> None:
    bench.faults.set(Fault(error_rate=1, body=body))
    answer = await bench.call("GET", "/key/list")
    assert (answer.status_code, answer.headers["content-type"]) == (status, content_type)
    assert _is_json(answer) is (body in {"json", "ok_with_error"})


def _is_json(answer: httpx2.Response) -> bool:
    try:
        return "error" in answer.json()
    except json.JSONDecodeError:
        return False


async def test_an_error_can_have_retry_after(bench: Bench) -> None:
    bench.faults.set(Fault(error_rate=1, status=429, retry_after_seconds=7))
    answer = await bench.call("GET", "/key/list")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


async def test_an_outage_refuses_every_call(bench: Bench) -> None:
    bench.faults.set(Fault(outage="refuse"))
    assert await statuses(bench, calls=3) == [503, 503, 503]


async def test_a_hanging_gateway_responds_only_after_the_client_disconnected(bench: Bench) -> None:
    bench.faults.set(Fault(outage="hang"))
    incoming: list[Message] = [
        {"type": "http.request", "body": b"", "more_body": False},
        {"type": "http.disconnect"},
    ]
    unread_when_answered: list[int] = []

    async def receive() -> Message:
        return incoming.pop(0)

    async def send(_message: Message) -> None:
        unread_when_answered.append(len(incoming))

    scope = {"type": "http", "method": "GET", "path": "/key/list", "headers": [], "query_string": b""}
    await bench.app(scope, receive, send)
    assert set(unread_when_answered) == {0}


def test_latency_is_fixed_plus_jitter() -> None:
    faults = Faults()
    slow = Fault(latency_seconds=2, jitter_seconds=1)
    faults.set(slow, seed=1)
    delays = [faults.delay(slow) for _ in range(50)]
    assert all(2 <= delay <= 3 for delay in delays)
    assert len(set(delays)) > 1
    faults.set(slow, seed=1)
    assert [faults.delay(slow) for _ in range(50)] == delays


async def test_faults_are_read_and_replaced_over_http(bench: Bench) -> None:
    plan = {"seed": 4, "faults": [{"path": "/user", "error_rate": 1, "status": 503}]}
    answer = await bench.call("PUT", "/sandbox/faults", json=plan)
    assert answer.status_code == 200
    assert (await bench.get("/sandbox/faults"))["faults"][0]["status"] == 503
    assert (await bench.call("GET", "/user/list")).status_code == 503


async def test_the_routes_of_the_sandbox_itself_never_fail(bench: Bench) -> None:
    bench.faults.set(Fault(outage="refuse"))
    assert (await bench.call("PUT", "/sandbox/faults", json={"faults": []})).status_code == 200
    assert await statuses(bench, calls=1) == [200]


@pytest.mark.parametrize(
    "plan", [{"faults": [{"error_rate": 2}]}, {"fault": []}, [], {"faults": [{"oops": 1}]}]
)
async def test_an_invalid_plan_is_refused(bench: Bench, plan: Any) -> None:
    answer = await bench.call("PUT", "/sandbox/faults", json=plan)
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["/sandbox/faults", "/sandbox/calls"])
@pytest.mark.parametrize("key", ["", "sk-wrong", f"{MASTER}x"])
async def test_only_the_master_key_can_control_the_sandbox(bench: Bench, path: str, key: str) -> None:
    assert (await bench.call("GET", path, key=key)).status_code == 401
