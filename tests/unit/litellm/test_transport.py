"""The HTTP transport: limits of time and size, no redirects, no settings from the environment."""

import asyncio
import gzip
from typing import NoReturn

import httpx2
import pytest
from pydantic import SecretStr

from keydesk.litellm import LiteLLM, LiteLLMConfig, NewUser, TimedOut, UnexpectedAnswer, Unreachable
from tests.unit.litellm.gateway import MASTER_KEY, GatewayStandIn, answer

pytestmark = pytest.mark.anyio


def settings(**changes: float | str) -> LiteLLMConfig:
    return LiteLLMConfig.model_validate(
        {"base_url": "http://litellm.test", "master_key": MASTER_KEY, **changes}
    )


async def never(_request: httpx2.Request) -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets the event")


async def test_a_gateway_that_never_responds_times_out() -> None:
    gateway = LiteLLM(settings(timeout_seconds=0.01, max_retries=0), httpx2.MockTransport(never))
    with pytest.raises(TimedOut, match="/model/info"):
        await gateway.models.list()


async def test_a_cancelled_call_is_not_a_failure() -> None:
    gateway = LiteLLM(settings(breaker_failures=1), httpx2.MockTransport(never))
    call = asyncio.create_task(gateway.models.list())
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert not gateway._caller.breaker.is_open


async def test_a_response_over_the_limit_is_not_read_further(litellm: GatewayStandIn) -> None:
    litellm.on("GET /model/info", answer({"data": ["x" * 100]}))
    with pytest.raises(UnexpectedAnswer, match="more than 50 bytes"):
        await litellm.connect(max_response_bytes=50).models.list()


def packed(content: bytes) -> httpx2.MockTransport:
    """A gateway that returns these bytes as gzip."""
    headers = {"content-encoding": "gzip"}
    return httpx2.MockTransport(
        lambda _: httpx2.Response(200, stream=httpx2.ByteStream(content), headers=headers)
    )


async def test_a_compressed_response_is_decompressed() -> None:
    assert await LiteLLM(settings(), packed(gzip.compress(b'{"data": []}'))).models.list() == []


async def test_the_limit_applies_to_the_decompressed_size() -> None:
    content = gzip.compress(b'{"data": []}' + b" " * 100_000)
    assert len(content) < 1000
    with pytest.raises(UnexpectedAnswer, match="more than 1000 bytes"):
        await LiteLLM(settings(max_response_bytes=1000), packed(content)).models.list()


async def test_an_invalid_compressed_response_is_unexpected() -> None:
    with pytest.raises(UnexpectedAnswer):
        await LiteLLM(settings(), packed(b"no gzip")).models.list()


async def test_redirects_are_not_followed(litellm: GatewayStandIn) -> None:
    litellm.on("GET /model/info", httpx2.Response(307, headers={"location": "http://elsewhere.test/"}))
    with pytest.raises(UnexpectedAnswer, match="redirects"):
        await litellm.connect().models.list()
    assert len(litellm.requests) == 1


async def test_proxies_and_netrc_of_the_environment_are_ignored(
    litellm: GatewayStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert not litellm.connect()._transport._client.trust_env


async def test_a_base_url_may_have_a_path(litellm: GatewayStandIn) -> None:
    litellm.on("GET /gateway/model/info", answer({"data": []}))
    await litellm.connect(base_url="http://litellm.test/gateway/").models.list()
    assert litellm.asked == ["GET /gateway/model/info"]


async def test_ids_are_encoded_in_queries(litellm: GatewayStandIn) -> None:
    litellm.on("GET /v2/user/info", answer({}))
    await litellm.connect().users.get("a+b&c=d@example.com")
    assert litellm.requests[0].url.query == b"user_id=a%2Bb%26c%3Dd%40example.com"


async def test_a_closed_port_is_unreachable() -> None:
    config = settings(base_url="http://127.0.0.1:9", max_retries=0)
    async with LiteLLM(config) as gateway:
        with pytest.raises(Unreachable) as raised:
            await gateway.users.create(NewUser(user_id="alice"))
    assert raised.value.nothing_sent


def test_a_client_can_be_made_without_a_running_loop() -> None:
    assert repr(LiteLLM(settings())) == "LiteLLM('http://litellm.test')"


def test_the_settings_have_defaults() -> None:
    config = LiteLLMConfig(base_url="http://litellm.test/", master_key=SecretStr(MASTER_KEY))
    assert config.base_url == "http://litellm.test"
    assert (config.timeout_seconds, config.max_connections, config.activity_page_size) == (10.0, 20, 1000)
