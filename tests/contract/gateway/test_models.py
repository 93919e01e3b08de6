"""`/model/info`, `/model_group/info` and `/v1/models`."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person

pytestmark = pytest.mark.anyio

PUBLIC_NAMES = ["gpt-4o-mini", "gpt-4o", "claude-sonnet", "premium-xl", "text-embedding-3-small"]


async def model_info(gateway: Gateway, **asked: Any) -> dict[str, dict[str, Any]]:
    """The first deployment of each public name."""
    answer = await gateway.get("/model/info", **asked)
    assert answer.status == 200
    return {model["model_name"]: model for model in reversed(answer.body["data"])}


async def test_every_public_name_is_listed(gateway: Gateway) -> None:
    assert set(PUBLIC_NAMES) <= (await model_info(gateway)).keys()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "gpt-4o-mini",
            {
                "mode": "chat",
                "input_cost_per_token": 1.5e-07,
                "output_cost_per_token": 6e-07,
                "max_input_tokens": 128000,
                "max_output_tokens": 16384,
                "supports_function_calling": True,
                "supports_vision": True,
                "access_groups": ["basic"],
            },
        ),
        (
            "premium-xl",
            {
                "mode": "chat",
                "input_cost_per_token": 0.01,
                "output_cost_per_token": 0.05,
                "max_input_tokens": 200000,
                "max_output_tokens": 16000,
                "supports_function_calling": None,
                "supports_vision": None,
                "access_groups": ["premium"],
            },
        ),
        (
            "text-embedding-3-small",
            {
                "mode": "embedding",
                "input_cost_per_token": 2e-08,
                "output_cost_per_token": 0.0,
                "max_input_tokens": 8191,
                "max_output_tokens": None,
                "access_groups": ["basic"],
            },
        ),
    ],
)
async def test_a_model_is_described(gateway: Gateway, name: str, expected: dict[str, Any]) -> None:
    described = (await model_info(gateway))[name]["model_info"]
    assert {member: described[member] for member in expected} == expected


async def test_a_model_can_be_in_several_access_groups(gateway: Gateway) -> None:
    described = (await model_info(gateway))["gpt-4o"]["model_info"]
    assert described["access_groups"] == ["basic", "standard"]


async def test_the_model_of_a_public_name_has_its_provider(gateway: Gateway) -> None:
    described = (await model_info(gateway))["claude-sonnet"]
    assert described["litellm_params"]["model"] == "anthropic/claude-sonnet-4-5"


async def test_no_credential_of_a_provider_is_shown(gateway: Gateway) -> None:
    for model in (await model_info(gateway)).values():
        assert "api_key" not in model["litellm_params"]


async def test_model_groups_are_listed_once_per_public_name(gateway: Gateway) -> None:
    answer = await gateway.get("/model_group/info")
    names = [group["model_group"] for group in answer.body["data"]]
    assert set(PUBLIC_NAMES) <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.since("1.108.14")
async def test_a_key_sees_only_the_models_on_its_list(gateway: Gateway, make: Maker) -> None:
    key = await make.key(models=["gpt-4o-mini"])
    assert (await model_info(gateway, credential=key.secret)).keys() == {"gpt-4o-mini"}


async def test_a_key_sees_the_models_of_its_access_groups(gateway: Gateway, make: Maker) -> None:
    key = await make.key(models=["standard"])
    answer = await gateway.get("/v1/models", credential=key.secret)
    assert [model["id"] for model in answer.body["data"]] == ["gpt-4o", "claude-sonnet"]


async def test_a_key_sees_models_its_owner_may_not_use(gateway: Gateway, make: Maker) -> None:
    """The owner's list is checked when a model is called, not when models are listed."""
    key = await make.key(await make.person(models=["gpt-4o"]))
    answer = await gateway.get("/v1/models", credential=key.secret)
    assert set(PUBLIC_NAMES) <= {model["id"] for model in answer.body["data"]}


async def test_a_key_sees_the_models_of_its_team(gateway: Gateway, make: Maker, alice: Person) -> None:
    key = await make.key(alice, await make.team(alice, models=["claude-sonnet"]))
    answer = await gateway.get("/v1/models", credential=key.secret)
    assert [model["id"] for model in answer.body["data"]] == ["claude-sonnet"]


async def test_access_groups_are_listed_on_request(gateway: Gateway) -> None:
    answer = await gateway.get("/v1/models", include_model_access_groups="true")
    assert {"basic", "standard", "premium"} <= {model["id"] for model in answer.body["data"]}
