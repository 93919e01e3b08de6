"""GET /models: the gateway's models, one entry for each public name."""

from collections import Counter

import pytest

from tests.support.desk.desk import SignIn
from tests.support.upstream.gateway import Gateway

pytestmark = pytest.mark.anyio


async def test_every_public_model_is_listed_once(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    names = [model["model_name"] for model in await jane.read("/models")]
    public = {model["model_name"] for model in (await gateway.get("/model/info")).body["data"]}
    assert set(names) == public
    assert names == sorted(names)
    assert set(Counter(names).values()) == {1}


async def test_a_model_has_its_prices_and_capabilities(as_person: SignIn) -> None:
    jane = await as_person("jane")
    (mini,) = [model for model in await jane.read("/models") if model["model_name"] == "gpt-4o-mini"]
    assert mini == {
        "model_name": "gpt-4o-mini",
        "mode": "chat",
        "input_cost_per_token": 0.00000015,
        "output_cost_per_token": 0.0000006,
        "max_input_tokens": 128000,
        "max_output_tokens": 16384,
        "supports_function_calling": True,
        "supports_vision": True,
        "access_groups": ["basic"],
    }


async def test_unknown_values_of_a_model_are_null(as_person: SignIn) -> None:
    jane = await as_person("jane")
    by_name = {model["model_name"]: model for model in await jane.read("/models")}
    assert by_name["premium-xl"]["access_groups"] == ["premium"]
    assert by_name["premium-xl"]["supports_vision"] is False
    assert by_name["text-embedding-3-small"]["mode"] == "embedding"
    assert by_name["gpt-4o"]["access_groups"] == ["basic", "standard"]
