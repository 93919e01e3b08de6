"""Keydesk sends `traceparent` to LiteLLM only if propagation is enabled."""

import httpx2
import pytest
from opentelemetry.sdk.trace import TracerProvider
from pydantic import SecretStr

from keydesk.litellm import Hooks, LiteLLM, LiteLLMConfig
from keydesk.telemetry.tracing import Tracing

pytestmark = pytest.mark.anyio


async def sent_headers(tracing: Tracing) -> httpx2.Headers:
    """Return the headers of a call to LiteLLM within a request."""
    requests: list[httpx2.Request] = []

    def reply(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return httpx2.Response(200, json={"status": "healthy"})

    config = LiteLLMConfig(base_url="http://litellm.test", master_key=SecretStr("sk-test"))
    transport = httpx2.MockTransport(reply)
    async with LiteLLM(config, transport, Hooks(tracing.called, trace_headers=tracing.headers)) as gateway:
        with tracing.request("GET", None):
            await gateway.health.readiness()
    return requests[0].headers


async def test_traceparent_is_sent_if_propagation_is_enabled() -> None:
    headers = await sent_headers(Tracing(TracerProvider(), propagate=True))
    assert headers["traceparent"].startswith("00-")
    assert "tracestate" not in headers
    assert "baggage" not in headers


async def test_no_trace_header_is_sent_otherwise() -> None:
    assert "traceparent" not in await sent_headers(Tracing(TracerProvider(), propagate=False))
