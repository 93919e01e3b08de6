"""What a virtual key can do apart from calling models: nothing, if its type is `llm_api`."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, VirtualKey, unique
from tests.support.upstream.reading import key_of, tokens_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def default_key(make: Maker, alice: Person) -> VirtualKey:
    """Alice's key with the default type."""
    return await make.key(alice, key_type="default")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/key/generate"),
        ("POST", "/key/update"),
        ("POST", "/key/delete"),
        ("GET", "/key/list"),
        ("GET", "/key/info"),
        ("GET", "/user/info"),
        ("GET", "/v2/user/info"),
        ("GET", "/user/daily/activity"),
        ("GET", "/team/list"),
        ("POST", "/user/new"),
    ],
)
async def test_an_llm_api_key_cannot_manage_anything(
    gateway: Gateway, laptop_key: VirtualKey, method: str, path: str
) -> None:
    sent: dict[str, Any] = {"json": {}} if method == "POST" else {}
    answer = await gateway.call(method, path, credential=laptop_key.secret, **sent)
    assert answer.status == 403
    assert answer.detail == (
        "Virtual key is not allowed to call this route. "
        f"Only allowed to call routes: ['llm_api_routes']. Tried to call route: {path}"
    )


async def test_an_llm_api_key_can_list_its_models(gateway: Gateway, make: Maker) -> None:
    key = await make.key(models=["gpt-4o-mini"])
    answer = await gateway.get("/v1/models", credential=key.secret)
    assert [model["id"] for model in answer.body["data"]] == ["gpt-4o-mini"]


async def test_a_default_key_can_create_keys_without_budget_or_expiry(
    gateway: Gateway, alice: Person, default_key: VirtualKey
) -> None:
    answer = await gateway.post("/key/generate", credential=default_key.secret)
    assert answer.status == 200
    minted = VirtualKey(answer.body["key"], answer.body["token"], None)
    assert minted.token in await tokens_of(gateway, alice)
    stored = await key_of(gateway, minted)
    assert (stored["user_id"], stored["max_budget"], stored["expires"]) == (alice.user_id, None, None)
    assert (await gateway.chat(minted.secret, "premium-xl")).status == 200


async def test_a_default_key_cannot_create_keys_for_others(
    gateway: Gateway, alice: Person, default_key: VirtualKey
) -> None:
    other = unique("bob")
    answer = await gateway.post("/key/generate", credential=default_key.secret, user_id=other)
    assert answer.status == 403
    assert answer.error["message"] == (
        f"User can only create keys for themselves. Got user_id={other}, Your ID={alice.user_id}"
    )


async def test_a_default_key_can_read_only_its_owner(
    gateway: Gateway, make: Maker, alice: Person, default_key: VirtualKey
) -> None:
    bob = await make.person()
    own = await gateway.get("/user/info", credential=default_key.secret, user_id=alice.user_id)
    assert (own.status, own.body["user_id"]) == (200, alice.user_id)
    other = await gateway.get("/user/info", credential=default_key.secret, user_id=bob.user_id)
    assert (other.status, other.error["type"]) == (403, "auth_error")


@pytest.mark.parametrize("path", ["/user/new", "/team/new"])
async def test_a_default_key_cannot_create_people_or_teams(
    gateway: Gateway, default_key: VirtualKey, path: str
) -> None:
    answer = await gateway.post(path, credential=default_key.secret)
    assert (answer.status, answer.error["type"]) == (401, "auth_error")
    assert "Only proxy admin can be used to generate" in answer.error["message"]
    assert f"Route={path}" in answer.error["message"]


async def test_a_key_can_read_itself(gateway: Gateway, default_key: VirtualKey) -> None:
    answer = await gateway.get("/key/info", credential=default_key.secret)
    assert (answer.status, answer.body["key"]) == (200, default_key.token)
