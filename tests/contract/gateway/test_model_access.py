"""Which models a key may use: the list of the key, of its owner and of its team."""

import pytest

from tests.support.upstream.gateway import Answer, Gateway
from tests.support.upstream.making import Maker, VirtualKey

pytestmark = pytest.mark.anyio


def refused(answer: Answer, by: str, model: str) -> bool:
    """Return whether LiteLLM refused the model, `by` the key's, the user's or the team's list.

    Release 1.84 returns 401 and names the list in its message.
    """
    if answer.status == 401:
        return (answer.error["type"], answer.error["param"]) == (f"{by}_model_access_denied", "model")
    return answer.status == 403 and answer.error == {
        "message": f"The requested model '{model}' is not available for this API key, or the model name "
        "is invalid. Check the models available to you and try again.",
        "type": f"{by}_model_access_denied",
        "param": "model",
        "code": "403",
    }


async def test_the_list_of_the_key_decides(gateway: Gateway, make: Maker) -> None:
    key = await make.key(models=["gpt-4o-mini"])
    assert (await gateway.chat(key.secret, "gpt-4o-mini")).status == 200
    assert refused(await gateway.chat(key.secret, "premium-xl"), "key", "premium-xl")


async def test_the_list_of_the_owner_decides_for_a_key_without_one(gateway: Gateway, make: Maker) -> None:
    key = await make.key(await make.person(models=["gpt-4o-mini"]))
    assert (await gateway.chat(key.secret, "gpt-4o-mini")).status == 200
    assert refused(await gateway.chat(key.secret, "gpt-4o"), "user", "gpt-4o")


async def test_the_list_of_the_owner_limits_the_list_of_the_key(gateway: Gateway, make: Maker) -> None:
    key = await make.key(await make.person(models=["gpt-4o-mini"]), models=["gpt-4o"])
    assert refused(await gateway.chat(key.secret, "gpt-4o"), "user", "gpt-4o")


async def test_the_list_of_the_team_decides_for_its_keys(gateway: Gateway, make: Maker) -> None:
    key = await make.key(team=await make.team(models=["gpt-4o-mini"]))
    assert (await gateway.chat(key.secret, "gpt-4o-mini")).status == 200
    assert refused(await gateway.chat(key.secret, "gpt-4o"), "team", "gpt-4o")


async def test_the_list_of_the_owner_does_not_apply_to_a_team_key(gateway: Gateway, make: Maker) -> None:
    bob = await make.person(models=["gpt-4o-mini"])
    key = await make.key(bob, await make.team(bob, models=["claude-sonnet"]))
    assert (await gateway.chat(key.secret, "claude-sonnet")).status == 200
    assert refused(await gateway.chat(key.secret, "gpt-4o-mini"), "team", "gpt-4o-mini")


async def test_an_access_group_allows_its_models(gateway: Gateway, make: Maker) -> None:
    key = await make.key(models=["basic"])
    assert (await gateway.chat(key.secret, "gpt-4o")).status == 200
    assert refused(await gateway.chat(key.secret, "claude-sonnet"), "key", "claude-sonnet")


async def test_an_access_group_of_the_owner_allows_its_models(gateway: Gateway, make: Maker) -> None:
    key = await make.key(await make.person(models=["standard"]))
    assert (await gateway.chat(key.secret, "claude-sonnet")).status == 200
    assert refused(await gateway.chat(key.secret, "gpt-4o-mini"), "user", "gpt-4o-mini")


async def test_empty_lists_everywhere_allow_every_model(gateway: Gateway, laptop_key: VirtualKey) -> None:
    assert (await gateway.chat(laptop_key.secret, "premium-xl")).status == 200


async def test_an_unknown_model_on_a_list_allows_nothing(gateway: Gateway, make: Maker) -> None:
    key = await make.key(models=["no-such-model"])
    assert refused(await gateway.chat(key.secret, "gpt-4o-mini"), "key", "gpt-4o-mini")
    assert (await gateway.chat(key.secret, "no-such-model")).status == 400


async def test_a_changed_list_applies_immediately(gateway: Gateway, make: Maker) -> None:
    key = await make.key(models=["gpt-4o-mini"])
    await gateway.chat(key.secret)
    await gateway.post("/key/update", key=key.token, models=["gpt-4o"])
    assert (await gateway.chat(key.secret, "gpt-4o")).status == 200
    assert refused(await gateway.chat(key.secret, "gpt-4o-mini"), "key", "gpt-4o-mini")
