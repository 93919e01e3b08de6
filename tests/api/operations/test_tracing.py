"""Traces reach a collector. They contain route templates and numbers, and no secrets, names or addresses."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.operations.collector import Collector, attributes, running_collector
from tests.support.desk.desk import OpenDesk, SignIn, Visitor
from tests.support.desk.people import Scene
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
GENERATE = "POST /api/litellm/keys/generate"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with running_collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        yield collector


async def issue_traced(
    desk_with: OpenDesk, sign_in: SignIn, **tracing: Any
) -> tuple[Visitor, dict[str, Any]]:
    """Create a key in a Keydesk that is then closed, so that every span has been sent."""
    async with desk_with(tracing={"enabled": True, **tracing}) as desk:
        jane = desk.welcome(await sign_in("jane"))
        await jane.read("/user/info")
        body = {"alias": unique("laptop"), "max_budget": 1.0}
        answer = await jane.call("POST", "/keys/generate?canary=in-the-query", json=body, headers=_with(jane))
        assert answer.status_code == 200, answer.text
        return jane, answer.json()


def _with(jane: Visitor) -> dict[str, str]:
    return {"Authorization": f"Bearer {jane.token}", **TRACEPARENT}


async def test_a_request_and_its_calls_are_one_trace(
    desk_with: OpenDesk, sign_in: SignIn, collector: Collector
) -> None:
    await issue_traced(desk_with, sign_in)
    request, call = collector.named(GENERATE), collector.named("POST /key/generate")
    assert call.trace_id == request.trace_id
    assert call.parent_span_id == request.span_id
    assert attributes(request) == {
        "http.request.method": "POST",
        "http.route": "/api/litellm/keys/generate",
        "http.response.status_code": 200,
    }
    assert attributes(call) == {
        "http.request.method": "POST",
        "url.template": "/key/generate",
        "http.response.status_code": 200,
    }
    assert call.start_time_unix_nano >= request.start_time_unix_nano


async def test_traces_contain_nothing_secret_or_personal(
    desk_with: OpenDesk, sign_in: SignIn, collector: Collector, scene: Scene
) -> None:
    jane, issued = await issue_traced(desk_with, sign_in)
    sent = b"".join(collector.received)
    assert b"/key/generate" in sent
    hidden = (issued["key"], issued["token"], issued["key_alias"], jane.token, scene.name, "in-the-query")
    assert [canary for canary in hidden if str(canary).encode() in sent] == []


@pytest.mark.parametrize("propagate", [True, False], ids=["propagated", "kept-to-ourselves"])
async def test_a_callers_trace_is_continued_only_if_that_is_configured(
    desk_with: OpenDesk, sign_in: SignIn, collector: Collector, propagate: bool
) -> None:
    await issue_traced(desk_with, sign_in, propagate=propagate)
    request = collector.named(GENERATE)
    assert (request.trace_id.hex() == TRACE) is propagate
    assert (request.parent_span_id.hex() == PARENT) is propagate


async def test_a_cached_response_is_one_span(
    desk_with: OpenDesk, sign_in: SignIn, collector: Collector
) -> None:
    cache = {"fresh_seconds": 600.0, "stale_seconds": 600.0}
    async with desk_with(tracing={"enabled": True, "propagate": True}, cache=cache) as desk:
        jane = desk.welcome(await sign_in("jane"))
        for _ in range(3):
            await jane.read("/keys")
        assert (await jane.call("GET", "/keys", headers=_with(jane))).status_code == 200
    continued = [span for span in collector.spans if span.trace_id.hex() == TRACE]
    assert [(span.name, span.parent_span_id.hex()) for span in continued] == [
        ("GET /api/litellm/keys", PARENT)
    ]
    assert attributes(continued[0]) == {
        "http.request.method": "GET",
        "http.route": "/api/litellm/keys",
        "http.response.status_code": 200,
    }
    assert len([span for span in collector.spans if span.name == "GET /api/litellm/keys"]) == 4
