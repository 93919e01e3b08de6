"""What `/key/update` changes and refuses. Clearing and widening are in test_key_clearing.py."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, VirtualKey, unique
from tests.support.upstream.reading import key_of

pytestmark = pytest.mark.anyio


@pytest.mark.since("1.108.14")
async def test_an_update_keeps_other_fields(gateway: Gateway, make: Maker, alice: Person) -> None:
    key = await make.key(alice, max_budget=1, duration="30d", metadata={"created_via": "keydesk"})
    before = await key_of(gateway, key)
    answer = await gateway.post("/key/update", key=key.token, max_budget=2, models=["gpt-4o"])
    assert (answer.status, answer.body["max_budget"], answer.body["models"]) == (200, 2.0, ["gpt-4o"])
    after = await key_of(gateway, key)
    moved = {name: after[name] for name in ("updated_at", "settings_updated_at")}
    assert after == before | {"max_budget": 2.0, "models": ["gpt-4o"]} | moved
    assert after["updated_at"] > before["updated_at"]


async def test_a_key_can_be_named_by_its_secret(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await gateway.post("/key/update", key=laptop_key.secret, rpm_limit=5)
    assert (answer.status, answer.body["rpm_limit"]) == (200, 5)


@pytest.mark.parametrize("unknown", ["sk-does-not-exist", "0" * 64])
async def test_an_unknown_key_is_404(gateway: Gateway, unknown: str) -> None:
    answer = await gateway.post("/key/update", key=unknown, max_budget=2)
    assert answer.status == 404
    assert (answer.error["message"], answer.error["param"]) == ("Key not found.", "key")


@pytest.mark.since("1.108.14")
async def test_an_update_needs_a_key(gateway: Gateway) -> None:
    answer = await gateway.post("/key/update", max_budget=1)
    assert answer.status == 422
    assert answer.detail[0]["msg"] == "Value error, either key or key_alias must be provided"


async def test_an_alias_in_use_is_refused(gateway: Gateway, make: Maker, laptop_key: VirtualKey) -> None:
    other = await make.key()
    answer = await gateway.post("/key/update", key=other.token, key_alias=laptop_key.alias)
    assert (answer.status, answer.error["param"]) == (400, "key_alias")
    assert (await key_of(gateway, other))["key_alias"] == other.alias


async def test_a_key_can_keep_its_own_alias(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await gateway.post("/key/update", key=laptop_key.token, key_alias=laptop_key.alias)
    assert (answer.status, answer.body["key_alias"]) == (200, laptop_key.alias)


async def test_metadata_is_replaced_and_not_merged(gateway: Gateway, make: Maker) -> None:
    key = await make.key(metadata={"created_via": "keydesk"})
    await gateway.post("/key/update", key=key.token, metadata={"note": "mine"})
    assert (await key_of(gateway, key))["metadata"] == {"note": "mine"}


@pytest.mark.since("1.109.1", partly=True)
@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("duration", "banana", 400),
        ("duration", "1y", 400),
        ("budget_duration", "banana", 400),
        ("max_budget", -1, 400),
        ("models", None, 400),
        ("team_id", "no-such-team", 404),
        ("max_budget", "lots", 422),
        ("tpm_limit", -1, 422),
        ("rpm_limit", 1.5, 422),
    ],
)
async def test_an_invalid_update_is_refused_and_changes_nothing(
    gateway: Gateway, laptop_key: VirtualKey, field: str, value: Any, status: int
) -> None:
    before = await key_of(gateway, laptop_key)
    answer = await gateway.post("/key/update", key=laptop_key.token, **{field: value})
    assert answer.status == status
    assert await key_of(gateway, laptop_key) == before


@pytest.mark.since("1.109.1")
async def test_an_invalid_duration_is_refused_as_a_bad_request(
    gateway: Gateway, laptop_key: VirtualKey
) -> None:
    answer = await gateway.post("/key/update", key=laptop_key.token, duration="banana")
    assert answer.error == {
        "message": "Invalid duration format",
        "type": "invalid_request_error",
        "param": None,
        "code": "400",
    }


async def test_owner_and_spend_can_be_set(gateway: Gateway, laptop_key: VirtualKey) -> None:
    nobody = unique("nobody")
    await gateway.post("/key/update", key=laptop_key.token, user_id=nobody, spend=-3)
    stored = await key_of(gateway, laptop_key)
    assert (stored["user_id"], stored["spend"]) == (nobody, -3.0)


@pytest.mark.since("1.108.14")
async def test_the_type_of_a_key_cannot_be_changed(gateway: Gateway, make: Maker) -> None:
    key = await make.key(key_type="default")
    answer = await gateway.post("/key/update", key=key.token, key_type="llm_api")
    assert answer.status == 200
    assert (await key_of(gateway, key))["key_type"] == "default"


async def test_the_routes_of_a_default_key_can_be_narrowed(
    gateway: Gateway, make: Maker, alice: Person
) -> None:
    key = await make.key(alice, key_type="default")
    await gateway.post("/key/update", key=key.token, allowed_routes=["llm_api_routes"])
    assert (await gateway.post("/key/generate", credential=key.secret)).status == 403
    assert (await gateway.chat(key.secret)).status == 200
