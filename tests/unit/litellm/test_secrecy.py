"""Canaries: the master key, a virtual key and its hash are in no printed value, error or log."""

import logging

import httpx2
import pytest
from pydantic import SecretStr, ValidationError

from keydesk.litellm import CreatedKey, Key, KeyChanges, LiteLLMConfig, LiteLLMError, Rejected
from keydesk.litellm.call import Answer, Call
from tests.unit.litellm.gateway import MASTER_KEY, SECRET, TOKEN_HASH, GatewayStandIn, answer, refusal

pytestmark = pytest.mark.anyio

CANARIES = (MASTER_KEY, SECRET, TOKEN_HASH)


def assert_no_secret(*texts: str) -> None:
    for canary in CANARIES:
        for text in texts:
            assert canary not in text


def test_keys_do_not_print_their_secrets() -> None:
    created = CreatedKey.model_validate({"token": TOKEN_HASH, "key": SECRET, "key_name": "sk-...2gag"})
    assert_no_secret(repr(created), str(created), repr(Key.model_validate({"token": TOKEN_HASH})))


def test_requests_and_responses_do_not_print_their_content() -> None:
    call = Call(
        method="POST",
        route="/key/{hash}",
        path={"hash": TOKEN_HASH},
        query={"key": TOKEN_HASH},
        body={"key": SECRET},
    )
    assert_no_secret(repr(call), repr(Answer("/key/info", 200, {"x": SECRET}, SECRET.encode())))


def test_the_client_and_its_settings_do_not_print_the_master_key(litellm: GatewayStandIn) -> None:
    gateway = litellm.connect()
    config = LiteLLMConfig(base_url="http://litellm.test", master_key=SecretStr(MASTER_KEY))
    http = gateway._transport._client
    assert_no_secret(
        repr(gateway),
        repr(config),
        config.model_dump_json(),
        repr(http),
        repr(http.headers),
        repr(vars(http)),
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": f"http://admin:{SECRET}@litellm.test"},
        {"base_url": f"ftp://{SECRET}"},
        {"base_url": f"http://litellm.test:{SECRET}/"},
        {"base_url": f"http://litellm.test/?key={SECRET}"},
        {"master_key": f"{SECRET}\n"},
        {"master_key": f"{SECRET} x"},
        {"master_key": ""},
    ],
)
def test_invalid_settings_are_not_repeated(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as raised:
        LiteLLMConfig.model_validate(
            {"base_url": "http://litellm.test", "master_key": MASTER_KEY, **settings}
        )
    assert_no_secret(str(raised.value), repr(raised.value))


async def test_the_master_key_is_only_in_the_header(litellm: GatewayStandIn) -> None:
    litellm.on("POST /user/delete", answer(1))
    await litellm.connect().users.delete("alice")
    (request,) = litellm.requests
    assert request.headers["authorization"] == f"Bearer {MASTER_KEY}"
    assert_no_secret(str(request.url), request.content.decode())


@pytest.mark.parametrize(
    "reply",
    [
        refusal(f"Invalid key {MASTER_KEY}, {SECRET}, hash {TOKEN_HASH}", 401, "key"),
        refusal(f"{{'error': 'Key {TOKEN_HASH} not found'}}", 404, TOKEN_HASH),
        answer({"detail": [{"loc": ["body", TOKEN_HASH], "msg": f"bad {SECRET}"}]}, 422),
        answer([SECRET, TOKEN_HASH]),
        answer({"models": {TOKEN_HASH: SECRET}, "metadata": SECRET}),
        httpx2.Response(200, content=SECRET.encode(), headers={"content-type": f"text/{SECRET}"}),
        httpx2.ConnectError(f"cannot connect to http://u:{SECRET}@host/{TOKEN_HASH}"),
        httpx2.ReadTimeout(f"Bearer {MASTER_KEY}"),
    ],
)
async def test_no_error_contains_a_secret(
    litellm: GatewayStandIn, reply: httpx2.Response | Exception
) -> None:
    litellm.on("POST /key/update", reply)
    with pytest.raises(LiteLLMError) as raised:
        await litellm.connect().keys.update(TOKEN_HASH, KeyChanges(max_budget=1))
    error = raised.value
    assert error.__suppress_context__ or error.__context__ is None
    assert_no_secret(str(error), repr(error), repr(vars(error)))


async def test_an_echoed_master_key_is_removed_in_any_form(litellm: GatewayStandIn) -> None:
    litellm.on("GET /model/info", refusal("You sent 'correct-horse' as a key", 400))
    with pytest.raises(Rejected, match=r"You sent '\[key\]' as a key"):
        await litellm.connect(master_key=SecretStr("correct-horse")).models.list()


async def test_no_log_line_contains_a_secret(
    litellm: GatewayStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    litellm.on("GET /key/info", answer({"info": {"key_alias": "laptop"}}))
    litellm.on(f"POST /key/{TOKEN_HASH}/reset_spend", answer({}))
    gateway = litellm.connect()
    await gateway.keys.get(TOKEN_HASH)
    await gateway.keys.reset_spend(TOKEN_HASH)
    assert "/key/[hash]/reset_spend" in caplog.text
    assert_no_secret(caplog.text)
