"""The OpenAI SDK works with the sandbox: completions, responses, embeddings, models, knowledge bases."""

from collections.abc import Awaitable, Callable

import openai
import pytest
from openai.types.chat import ChatCompletionContentPartImageParam

from tests.support.upstream.prices import cost_of_mini
from tests.unit.sandbox.bench import Bench

pytestmark = pytest.mark.anyio

HELLO = "hello"

Ask = Callable[[openai.AsyncOpenAI], Awaitable[object]]


def sdk(bench: Bench, key: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url="http://sandbox/v1", api_key=key, http_client=bench.http, max_retries=0
    )


@pytest.fixture
async def client(bench: Bench) -> openai.AsyncOpenAI:
    return sdk(bench, await bench.key(key_alias="laptop"))


async def chat(client: openai.AsyncOpenAI, model: str = "gpt-4o-mini") -> object:
    return await client.chat.completions.create(model=model, messages=[{"role": "user", "content": HELLO}])


async def respond(client: openai.AsyncOpenAI, model: str = "gpt-4o-mini") -> object:
    return await client.responses.create(model=model, input=HELLO)


async def embed(client: openai.AsyncOpenAI, model: str = "text-embedding-3-small") -> object:
    return await client.embeddings.create(model=model, input=HELLO)


EVERY_API = pytest.mark.parametrize("ask", [chat, respond, embed])


async def spent(bench: Bench, client: openai.AsyncOpenAI) -> float:
    bench.clock.forward(seconds=1)
    found: float = (await bench.get("/key/info", key=client.api_key))["info"]["spend"]
    return found


async def test_a_response_is_returned_and_charged_by_its_tokens(
    bench: Bench, client: openai.AsyncOpenAI
) -> None:
    answer = await client.responses.create(
        model="gpt-4o-mini",
        instructions="Be kind.",
        input=[{"role": "user", "content": [{"type": "input_text", "text": HELLO}]}],
        tools=[{"type": "function", "name": "look", "parameters": {}, "strict": False}],
    )
    assert (answer.output_text, answer.status) == ("hi from mini", "completed")
    assert answer.usage is not None
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    cost = cost_of_mini(answer.usage.input_tokens, answer.usage.output_tokens)
    assert await spent(bench, client) == pytest.approx(cost)


async def test_a_streamed_response_has_every_event_in_order(bench: Bench, client: openai.AsyncOpenAI) -> None:
    stream = await client.responses.create(model="gpt-4o-mini", input=HELLO, stream=True)
    events = [event async for event in stream]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert list(dict.fromkeys(event.type for event in events)) == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == "hi from mini"
    assert len(deltas) > 1
    last = events[-1]
    assert last.type == "response.completed"
    assert last.response.usage is not None
    assert last.response.output_text == "hi from mini"
    assert await spent(bench, client) > 0


async def test_a_streamed_completion_ends_with_its_usage(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": HELLO}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    texts = [choice.delta.content for chunk in chunks for choice in chunk.choices if choice.delta.content]
    assert "".join(texts) == "hi from mini"
    assert chunks[-1].usage is not None
    assert (chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens) == (8, 3)


async def test_images_and_tools_are_accepted_and_cost_nothing(
    bench: Bench, client: openai.AsyncOpenAI
) -> None:
    image: ChatCompletionContentPartImageParam = {
        "type": "image_url",
        "image_url": {"url": f"data:image/png;base64,{'A' * 10_000}"},
    }
    stream = await client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": [{"type": "text", "text": HELLO}, image]}],
        tools=[{"type": "function", "function": {"name": "look", "parameters": {}}}],
        stream=True,
    )
    assert [chunk async for chunk in stream][-1].choices[0].finish_reason == "stop"
    assert await spent(bench, client) == pytest.approx(cost_of_mini(8, 3))


async def test_the_embedding_of_a_text_is_the_same_in_every_encoding(client: openai.AsyncOpenAI) -> None:
    encoded = await client.embeddings.create(model="text-embedding-3-small", input=[HELLO, "world"])
    plain = await client.embeddings.create(
        model="text-embedding-3-small", input=[HELLO], encoding_format="float"
    )
    assert encoded.data[0].embedding == pytest.approx(plain.data[0].embedding, abs=1e-6)
    assert encoded.data[0].embedding != encoded.data[1].embedding


async def test_the_models_of_the_key_are_listed(bench: Bench) -> None:
    client = sdk(bench, await bench.key(models=["gpt-4o-mini"]))
    assert [model.id async for model in client.models.list()] == ["gpt-4o-mini"]


@EVERY_API
async def test_an_unknown_key_is_refused(bench: Bench, ask: Ask) -> None:
    with pytest.raises(openai.AuthenticationError):
        await ask(sdk(bench, "sk-nobody"))


@EVERY_API
async def test_a_blocked_key_is_refused(bench: Bench, client: openai.AsyncOpenAI, ask: Ask) -> None:
    await bench.post("/key/block", key=client.api_key)
    with pytest.raises(openai.AuthenticationError, match="blocked"):
        await ask(client)


@EVERY_API
async def test_a_model_outside_of_the_list_is_refused(bench: Bench, ask: Ask) -> None:
    with pytest.raises(openai.PermissionDeniedError, match="not available"):
        await ask(sdk(bench, await bench.key(models=["premium-xl"])))


@EVERY_API
async def test_an_exhausted_budget_refuses_calls(bench: Bench, ask: Ask) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match="Budget has been exceeded"):
        await ask(sdk(bench, await bench.key(max_budget=0)))


@EVERY_API
async def test_an_exceeded_rate_limit_refuses_calls(bench: Bench, ask: Ask) -> None:
    client = sdk(bench, await bench.key(rpm_limit=1))
    await ask(client)
    with pytest.raises(openai.RateLimitError):
        await ask(client)


@EVERY_API
async def test_every_call_is_in_the_activity_of_its_owner(bench: Bench, ask: Ask) -> None:
    await bench.person()
    await ask(sdk(bench, await bench.key(user_id="alice")))
    bench.clock.forward(seconds=1)
    day = {"user_id": "alice", "start_date": "2026-11-23", "end_date": "2026-11-23"}
    totals = (await bench.get("/user/daily/activity", **day))["metadata"]
    assert totals["total_successful_requests"] == 1
    assert totals["total_spend"] > 0


async def test_an_unknown_model_is_refused(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="/responses: Invalid model name"):
        await respond(client, "no-such-model")


async def test_a_knowledge_base_is_searched(bench: Bench, client: openai.AsyncOpenAI) -> None:
    await bench.post("/vector_store/new", vector_store_id="handbook", custom_llm_provider="openai")
    found = [each async for each in client.vector_stores.search("handbook", query="holidays")]
    assert "holidays" in found[0].content[0].text
    with pytest.raises(openai.NotFoundError):
        await client.vector_stores.search("nothing", query="holidays")
