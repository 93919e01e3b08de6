"""What `/key/generate` refuses, and its messages."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, VirtualKey, unique
from tests.support.upstream.reading import tokens_of

pytestmark = pytest.mark.anyio


async def test_an_alias_must_be_unique_among_all_people(
    gateway: Gateway, make: Maker, laptop_key: VirtualKey
) -> None:
    bob = await make.person()
    answer = await gateway.post("/key/generate", user_id=bob.user_id, key_alias=laptop_key.alias)
    assert answer.status == 400
    assert answer.error == {
        "message": f"Key with alias '{laptop_key.alias}' already exists. "
        "Unique key aliases across all keys are required.",
        "type": "bad_request_error",
        "param": "key_alias",
        "code": "400",
    }
    assert await tokens_of(gateway, bob) == []


async def test_the_alias_of_a_deleted_key_can_be_used_again(
    gateway: Gateway, make: Maker, laptop_key: VirtualKey
) -> None:
    await gateway.post("/key/delete", keys=[laptop_key.token])
    again = await make.key(key_alias=laptop_key.alias)
    assert again.token != laptop_key.token


@pytest.mark.parametrize(
    ("duration", "message"),
    [
        ("banana", "Invalid duration format"),
        ("-1", "Invalid duration format"),
        ("", "Invalid duration format"),
        ("1y", "Unsupported duration unit, passed duration: 1y"),
    ],
)
async def test_an_invalid_duration_is_an_internal_error(
    gateway: Gateway, alice: Person, duration: str, message: str
) -> None:
    answer = await gateway.post("/key/generate", user_id=alice.user_id, duration=duration)
    assert answer.status == 500
    assert (answer.error["message"], answer.error["type"]) == (message, "internal_server_error")
    assert await tokens_of(gateway, alice) == []


@pytest.mark.since("1.108.14")
@pytest.mark.parametrize("duration", ["banana", "1y"])
async def test_an_invalid_budget_duration_is_refused(gateway: Gateway, duration: str) -> None:
    answer = await gateway.post("/key/generate", budget_duration=duration)
    assert answer.status == 400
    assert f"Invalid budget_duration '{duration}'." in answer.error["message"]


@pytest.mark.since("1.108.14")
@pytest.mark.parametrize(("sent", "read"), [("-1", "-1.0"), ("Infinity", "inf"), ("NaN", "nan")])
async def test_a_budget_is_a_finite_number_of_dollars(gateway: Gateway, sent: str, read: str) -> None:
    answer = await gateway.post_raw("/key/generate", f'{{"max_budget": {sent}}}')
    assert answer.status == 400
    assert answer.error["message"] == (
        f"{{'error': 'max_budget must be a non-negative finite number. Received: {read}'}}"
    )


@pytest.mark.since("1.109.1", partly=True)
@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("max_budget", "lots", "float_parsing"),
        ("tpm_limit", -1, "greater_than_equal"),
        ("rpm_limit", 1.5, "int_from_float"),
        ("metadata", "words", "dict_type"),
        ("key_type", "nope", "enum"),
    ],
)
async def test_a_wrong_type_is_reported_with_its_field(
    gateway: Gateway, field: str, value: Any, kind: str
) -> None:
    answer = await gateway.post("/key/generate", **{field: value})
    assert answer.status == 422
    assert [(found["type"], found["loc"]) for found in answer.detail] == [(kind, ["body", field])]


async def test_a_custom_key_must_start_with_sk(gateway: Gateway) -> None:
    answer = await gateway.post("/key/generate", key=unique("chosen"))
    assert answer.status == 400
    assert "LiteLLM Virtual Key must start with 'sk-'" in answer.error["message"]
