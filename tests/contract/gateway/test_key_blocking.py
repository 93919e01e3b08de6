"""`/key/block` and `/key/unblock`."""

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import VirtualKey
from tests.support.upstream.reading import key_of

pytestmark = pytest.mark.anyio


@pytest.mark.since("1.109.1")
async def test_a_blocked_key_is_marked_and_does_not_work(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await gateway.post("/key/block", key=laptop_key.token)
    assert (answer.status, answer.body["blocked"]) == (200, True)
    assert (await key_of(gateway, laptop_key))["blocked"] is True
    refusal = await gateway.chat(laptop_key.secret)
    assert refusal.status == 401
    assert refusal.error == {
        "message": "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.",
        "type": "auth_error",
        "param": None,
        "code": "401",
    }


async def test_an_unblocked_key_works_again(gateway: Gateway, laptop_key: VirtualKey) -> None:
    await gateway.post("/key/block", key=laptop_key.token)
    answer = await gateway.post("/key/unblock", key=laptop_key.token)
    assert (answer.status, answer.body["blocked"]) == (200, False)
    assert (await gateway.chat(laptop_key.secret)).status == 200


async def test_blocking_twice_has_no_further_effect(gateway: Gateway, laptop_key: VirtualKey) -> None:
    for _ in range(2):
        answer = await gateway.post("/key/block", key=laptop_key.secret)
        assert (answer.status, answer.body["blocked"]) == (200, True)


@pytest.mark.parametrize("verb", ["block", "unblock"])
async def test_an_unknown_key_is_404(gateway: Gateway, verb: str) -> None:
    answer = await gateway.post(f"/key/{verb}", key="0" * 64)
    assert answer.status == 404
    assert (answer.error["message"], answer.error["type"]) == ("Key not found.", "not_found_error")


async def test_a_text_that_is_neither_a_secret_nor_a_hash_is_refused(gateway: Gateway) -> None:
    answer = await gateway.post("/key/block", key="laptop")
    assert answer.status == 400
    assert (answer.error["message"], answer.error["param"]) == ("Invalid key format.", "key")
