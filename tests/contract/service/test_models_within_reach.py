"""Which models a key may have: at most those of its owner, with a reason for each refusal.

Granted models must also work, because LiteLLM checks the same lists when the key is used.
"""

import pytest

from tests.support.desk.desk import SignIn, Visitor
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import MODEL_REFUSED, Gateway
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.reading import tokens_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def jane_with(sign_in: SignIn, make: Maker, scene: Scene) -> SignIn:
    """Sign in Jane, whose account has these models, separated by spaces."""

    async def with_models(models: str) -> Visitor:
        await make.person(user_id=scene.user_id("jane"), models=models.split())
        return await sign_in("jane")

    return with_models


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        ("gpt-4o-mini", "gpt-4o-mini"),
        ("gpt-4o-mini claude-sonnet", "claude-sonnet"),
        ("basic", "gpt-4o"),
        ("gpt-*", "gpt-4o"),
        ("all-proxy-models", "premium-xl"),
        ("", "premium-xl"),
    ],
)
async def test_a_model_of_the_owners_list_is_granted_and_works(
    jane_with: SignIn, gateway: Gateway, listed: str, asked: str
) -> None:
    jane = await jane_with(listed)
    issued = await jane.issue(unique("laptop"), models=[asked])
    assert issued["models"] == [asked]
    assert (await gateway.chat(issued["key"], asked)).status == 200


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        ("gpt-4o-mini", "gpt-4o"),
        ("basic", "claude-sonnet"),
        ("gpt-*", "claude-sonnet"),
        ("gpt-4o", "basic"),
        ("no-default-models", "gpt-4o"),
    ],
)
async def test_a_model_outside_of_the_owners_list_is_refused(
    jane_with: SignIn, gateway: Gateway, listed: str, asked: str
) -> None:
    jane = await jane_with(listed)
    refused = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0, models=[asked])
    problem = assert_problem(refused, 403, "policy-refused", param="models")
    assert problem["hint"]
    assert await tokens_of(gateway, jane.person) == []


async def test_one_model_outside_of_the_list_refuses_the_whole_key(jane_with: SignIn) -> None:
    jane = await jane_with("basic")
    asked = ["gpt-4o", "premium-xl"]
    refused = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0, models=asked)
    assert_problem(refused, 403, "policy-refused", param="models")


@pytest.mark.parametrize("asked", ["no-such-model", "all-proxy-models", "*", "gpt-*", "all-team-models"])
async def test_unknown_models_are_refused(jane_with: SignIn, asked: str) -> None:
    jane = await jane_with("")
    refused = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0, models=[asked])
    assert_problem(refused, 422, "invalid-request", param="models")


async def test_an_access_group_can_be_requested(jane_with: SignIn, gateway: Gateway) -> None:
    jane = await jane_with("basic premium-xl")
    issued = await jane.issue(unique("laptop"), models=["basic"])
    assert issued["models"] == ["basic"]
    assert (await gateway.chat(issued["key"], "gpt-4o")).status == 200
    assert (await gateway.chat(issued["key"], "premium-xl")).status in MODEL_REFUSED


async def test_a_repeated_model_is_stored_once(jane_with: SignIn) -> None:
    jane = await jane_with("basic")
    asked = ["gpt-4o", "gpt-4o-mini", "gpt-4o"]
    assert (await jane.issue(unique("laptop"), models=asked))["models"] == ["gpt-4o", "gpt-4o-mini"]


async def test_a_key_without_a_list_has_the_owners_models(jane_with: SignIn, gateway: Gateway) -> None:
    jane = await jane_with("gpt-4o-mini")
    issued = await jane.issue(unique("laptop"))
    assert issued["models"] == []
    assert (await gateway.chat(issued["key"], "gpt-4o-mini")).status == 200
    assert (await gateway.chat(issued["key"], "gpt-4o")).status in MODEL_REFUSED


async def test_a_person_without_models_gets_no_personal_key(jane_with: SignIn, gateway: Gateway) -> None:
    jane = await jane_with("no-default-models")
    refused = await jane.post("/keys/generate", alias=unique("laptop"), max_budget=1.0)
    assert_problem(refused, 403, "policy-refused", param="models")
    assert await tokens_of(gateway, jane.person) == []
