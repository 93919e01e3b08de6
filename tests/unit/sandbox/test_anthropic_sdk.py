"""The Anthropic SDK works with the sandbox, with the features that coding agents use."""

import anthropic
import pytest
from anthropic.types import MessageParam

from tests.unit.sandbox.bench import Bench

pytestmark = pytest.mark.anyio

INPUT_USD, OUTPUT_USD = 0.000003, 0.000015
HELLO: list[MessageParam] = [{"role": "user", "content": "hello"}]


def sdk(bench: Bench, key: str) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(
        base_url="http://sandbox", auth_token=key, http_client=bench.http, max_retries=0
    )


@pytest.fixture
async def key(bench: Bench) -> str:
    return await bench.key(key_alias="laptop")


@pytest.fixture
async def client(bench: Bench, key: str) -> anthropic.AsyncAnthropic:
    return sdk(bench, key)


async def ask(client: anthropic.AsyncAnthropic, model: str = "claude-sonnet") -> anthropic.types.Message:
    return await client.messages.create(model=model, max_tokens=100, messages=HELLO)


async def spent(bench: Bench, key: str) -> float:
    bench.clock.forward(seconds=1)
    found: float = (await bench.get("/key/info", key=key))["info"]["spend"]
    return found


async def test_a_message_gets_a_response_and_is_charged_by_its_tokens(
    bench: Bench, client: anthropic.AsyncAnthropic, key: str
) -> None:
    message = await ask(client)
    assert [block.text for block in message.content if block.type == "text"] == ["hi from sonnet"]
    assert (message.role, message.stop_reason, message.model) == ("assistant", "end_turn", "claude-sonnet")
    cost = message.usage.input_tokens * INPUT_USD + message.usage.output_tokens * OUTPUT_USD
    assert await spent(bench, key) == pytest.approx(cost)
    (line,) = await bench.get("/spend/logs", api_key=key)
    assert (line["call_type"], line["model_group"]) == ("anthropic_messages", "claude-sonnet")


async def test_a_stream_has_every_event_in_order(client: anthropic.AsyncAnthropic) -> None:
    stream = await client.messages.create(model="claude-sonnet", max_tokens=100, messages=HELLO, stream=True)
    assert list(dict.fromkeys([event.type async for event in stream])) == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


async def test_a_stream_adds_up_to_the_message(
    bench: Bench, client: anthropic.AsyncAnthropic, key: str
) -> None:
    async with client.messages.stream(model="claude-sonnet", max_tokens=100, messages=HELLO) as stream:
        texts = [text async for text in stream.text_stream]
        message = await stream.get_final_message()
    assert "".join(texts) == "hi from sonnet"
    assert len(texts) > 1
    assert (message.usage.input_tokens, message.usage.output_tokens) == (8, 3)
    assert await spent(bench, key) == pytest.approx(8 * INPUT_USD + 3 * OUTPUT_USD)


async def test_requests_of_coding_agents_are_accepted(client: anthropic.AsyncAnthropic) -> None:
    async with client.beta.messages.stream(
        model="claude-sonnet",
        max_tokens=2000,
        system=[{"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}],
        thinking={"type": "enabled", "budget_tokens": 1024},
        tools=[{"name": "look", "description": "Look", "input_schema": {"type": "object"}}],
        messages=[
            {"role": "user", "content": "word " * 50_000},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "look", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "a tree"}]},
        ],
        betas=["claude-code-20250219"],
        extra_body={"unknown_field": True},
    ) as stream:
        message = await stream.get_final_message()
    assert message.stop_reason == "end_turn"
    assert message.usage.input_tokens > 50_000


async def test_tokens_are_counted_without_a_charge(
    bench: Bench, client: anthropic.AsyncAnthropic, key: str
) -> None:
    counted = await client.messages.count_tokens(model="claude-sonnet", messages=HELLO)
    assert counted.input_tokens == (await ask(client)).usage.input_tokens
    assert len(await bench.get("/spend/logs", api_key=key)) <= 1


async def test_the_models_of_the_key_are_listed(bench: Bench) -> None:
    client = sdk(bench, await bench.key(models=["claude-sonnet"]))
    (model,) = [each async for each in client.models.list()]
    assert (model.id, model.display_name) == ("claude-sonnet", "claude-sonnet")


async def test_a_key_is_accepted_as_x_api_key_too(bench: Bench, key: str) -> None:
    client = anthropic.AsyncAnthropic(
        base_url="http://sandbox", api_key=key, http_client=bench.http, max_retries=0
    )
    assert (await ask(client)).type == "message"


async def test_an_unknown_key_is_refused(bench: Bench) -> None:
    with pytest.raises(anthropic.AuthenticationError):
        await ask(sdk(bench, "sk-nobody"))


async def test_a_model_outside_of_the_list_is_refused_and_not_counted(bench: Bench) -> None:
    client = sdk(bench, await bench.key(models=["gpt-4o"]))
    with pytest.raises(anthropic.PermissionDeniedError, match="not available"):
        await ask(client)
    with pytest.raises(anthropic.PermissionDeniedError, match="not available"):
        await client.messages.count_tokens(model="claude-sonnet", messages=HELLO)


async def test_an_exhausted_budget_refuses_calls(bench: Bench) -> None:
    with pytest.raises(anthropic.UnprocessableEntityError, match="Budget has been exceeded"):
        await ask(sdk(bench, await bench.key(max_budget=0)))


async def test_an_exceeded_rate_limit_refuses_calls(bench: Bench) -> None:
    client = sdk(bench, await bench.key(rpm_limit=1))
    await ask(client)
    with pytest.raises(anthropic.RateLimitError):
        await ask(client)


async def test_an_unknown_model_is_refused_in_the_format_of_the_api(client: anthropic.AsyncAnthropic) -> None:
    with pytest.raises(anthropic.BadRequestError) as refused:
        await ask(client, "no-such-model")
    assert isinstance(refused.value.body, dict)
    assert refused.value.body["type"] == "error"
    assert refused.value.body["error"]["type"] == "invalid_request_error"
    assert "Invalid model name passed in model=no-such-model" in refused.value.body["error"]["message"]


@pytest.mark.parametrize("missing", ["messages", "max_tokens"])
async def test_a_message_requires_text_and_a_limit(bench: Bench, key: str, missing: str) -> None:
    body = {"model": "claude-sonnet", "max_tokens": 10, "messages": HELLO}
    del body[missing]
    answer = await bench.call("POST", "/v1/messages", key, json=body)
    assert answer.status_code == 400
    text = f"anthropic_messages: Missing required parameter: '{missing}'."
    assert answer.json() == {"type": "error", "error": {"type": "invalid_request_error", "message": text}}
