"""The sandbox counts the tokens of a Gemini request without a charge."""

import pytest

from tests.unit.sandbox.bench import Bench

pytestmark = pytest.mark.anyio

MINI = "/v1beta/models/gpt-4o-mini"
HELLO = {"contents": [{"role": "user", "parts": [{"text": "Say hello"}]}]}
SYSTEM = {"systemInstruction": {"parts": [{"text": "Be brief"}]}}


@pytest.mark.parametrize(("body", "tokens"), [(HELLO, 9), (HELLO | SYSTEM, 15)], ids=["prompt", "system"])
async def test_tokens_are_counted_without_a_charge(bench: Bench, body: object, tokens: int) -> None:
    key = await bench.key()
    counted = await bench.call("POST", f"{MINI}:countTokens", key, json=body)
    assert counted.json() == {"totalTokens": tokens}
    bench.clock.forward(seconds=1)
    assert await bench.get("/spend/logs", api_key=key) == []


async def test_a_stream_counts_the_same_tokens(bench: Bench) -> None:
    answer = await bench.call("POST", f"{MINI}:streamGenerateContent", await bench.key(), json=HELLO | SYSTEM)
    assert '"promptTokenCount":15' in answer.text


async def test_a_model_outside_the_key_is_not_counted(bench: Bench) -> None:
    key = await bench.key(models=["claude-sonnet"])
    assert (await bench.call("POST", f"{MINI}:countTokens", key, json=HELLO)).status_code == 403
