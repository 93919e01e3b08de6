"""The Gemini API with a virtual key: its responses, streams and errors, and the recorded spend."""

import json

import pytest

from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import MODEL_REFUSED, NO_CREDENTIAL, Answer, Gateway
from tests.support.upstream.making import Maker, Person, VirtualKey
from tests.support.upstream.prices import cost_of_mini
from tests.support.upstream.reading import key_of

pytestmark = pytest.mark.anyio

MINI = "/v1beta/models/gpt-4o-mini"
HELLO = [{"role": "user", "parts": [{"text": "Say hello"}]}]


async def ask(gateway: Gateway, key: VirtualKey, action: str = "generateContent") -> Answer:
    return await gateway.post(f"{MINI}:{action}", credential=key.secret, contents=HELLO)


def cost_of(usage: dict[str, int]) -> float:
    return cost_of_mini(usage["promptTokenCount"], usage["candidatesTokenCount"])


@pytest.mark.since("1.108.14")
async def test_a_response_has_the_models_text_and_its_cost(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await ask(gateway, laptop_key)
    assert answer.status == 200
    (candidate,) = answer.body["candidates"]
    assert candidate["content"] == {"parts": [{"text": "hi from mini"}], "role": "model"}
    assert candidate["finishReason"] == "STOP"
    usage = answer.body["usageMetadata"]
    assert usage["totalTokenCount"] == usage["promptTokenCount"] + usage["candidatesTokenCount"]
    assert float(answer.headers["x-litellm-response-cost"]) == pytest.approx(cost_of(usage))


@pytest.mark.since("1.108.14")
async def test_a_stream_has_the_text_in_pieces_and_is_charged(
    gateway: Gateway, laptop_key: VirtualKey
) -> None:
    answer = await ask(gateway, laptop_key, "streamGenerateContent?alt=sse")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line.removeprefix("data: ")) for line in answer.body.splitlines() if line]
    candidates = [event["candidates"][0] for event in events]
    pieces = [part["text"] for each in candidates for part in each["content"]["parts"]]
    assert len(pieces) > 1
    assert "".join(pieces) == "hi from mini"
    assert candidates[-1]["finishReason"] == "STOP"
    cost = cost_of(events[-1]["usageMetadata"])

    async def spend() -> float:
        found: float = (await key_of(gateway, laptop_key))["spend"]
        return found

    assert await eventually(spend, lambda seen: seen > 0) == pytest.approx(cost)
    (line,) = (await gateway.get("/spend/logs", api_key=laptop_key.token)).body
    assert (line["call_type"], line["model_group"]) == ("acompletion", "gpt-4o-mini")


async def test_a_key_in_geminis_header_is_accepted(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await gateway.call(
        "POST",
        f"{MINI}:generateContent",
        credential=NO_CREDENTIAL,
        headers={"x-goog-api-key": laptop_key.secret},
        json={"contents": HELLO},
    )
    assert answer.status == 200


async def test_a_model_outside_the_key_is_refused(gateway: Gateway, make: Maker, alice: Person) -> None:
    key = await make.key(alice, models=["gpt-4o"])
    assert (await ask(gateway, key)).status in MODEL_REFUSED


async def test_an_unknown_model_is_refused(gateway: Gateway) -> None:
    answer = await gateway.post("/v1beta/models/no-such-model:generateContent", contents=HELLO)
    assert answer.status == 400
    assert "model=no-such-model" in answer.error["message"]


@pytest.mark.since("1.108.14")
async def test_a_request_needs_contents(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await gateway.post(f"{MINI}:generateContent", credential=laptop_key.secret)
    assert answer.status == 400
    assert answer.error["message"] == "agenerate_content: Missing required parameter: 'contents'."
    assert answer.error["param"] == "contents"
