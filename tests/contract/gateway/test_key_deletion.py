"""`/key/delete`, and what remains of a deleted key."""

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, VirtualKey, unique
from tests.support.upstream.reading import key_of, tokens_of

pytestmark = pytest.mark.anyio


async def test_a_deleted_key_does_not_work(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await gateway.post("/key/delete", keys=[laptop_key.token])
    assert (answer.status, answer.body) == (200, {"deleted_keys": [laptop_key.token]})
    refusal = await gateway.chat(laptop_key.secret)
    assert (refusal.status, refusal.error["type"]) == (401, "token_not_found_in_db")


@pytest.mark.since("1.108.14")
async def test_a_deleted_key_can_still_be_read_and_is_marked(
    gateway: Gateway, laptop_key: VirtualKey
) -> None:
    await gateway.post("/key/delete", keys=[laptop_key.token])
    stored = await key_of(gateway, laptop_key)
    assert (stored["status"], stored["key_alias"]) == ("deleted", laptop_key.alias)
    assert stored["deleted_at"] is not None


async def test_a_deleted_key_is_only_in_the_list_of_deleted_keys(
    gateway: Gateway, alice: Person, laptop_key: VirtualKey
) -> None:
    await gateway.post("/key/delete", keys=[laptop_key.token])
    assert await tokens_of(gateway, alice) == []
    answer = await gateway.get(
        "/key/list", user_id=alice.user_id, status="deleted", return_full_object="true"
    )
    assert [key["token"] for key in answer.body["keys"]] == [laptop_key.token]


async def test_deleting_twice_is_404(gateway: Gateway, laptop_key: VirtualKey) -> None:
    await gateway.post("/key/delete", keys=[laptop_key.token])
    answer = await gateway.post("/key/delete", keys=[laptop_key.token])
    assert (answer.status, answer.error["message"]) == (404, "{'error': 'No keys found'}")


@pytest.mark.since("1.108.14")
async def test_a_key_can_be_deleted_by_its_alias(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await gateway.post("/key/delete", key_aliases=[laptop_key.alias])
    assert (answer.status, answer.body) == (200, {"deleted_keys": [laptop_key.alias]})
    assert (await key_of(gateway, laptop_key))["status"] == "deleted"


async def test_an_unknown_alias_is_404(gateway: Gateway) -> None:
    answer = await gateway.post("/key/delete", key_aliases=[unique("nothing")])
    assert (answer.status, answer.error["message"]) == (404, "{'error': 'No keys found'}")


@pytest.mark.since("1.108.14")
async def test_an_unknown_key_among_known_ones_is_reported_as_deleted(gateway: Gateway, make: Maker) -> None:
    key = await make.key()
    answer = await gateway.post("/key/delete", keys=[key.token, "0" * 64])
    assert (answer.status, answer.body) == (200, {"deleted_keys": [key.token, "0" * 64]})
    assert (await key_of(gateway, key))["status"] == "deleted"


async def test_an_empty_deletion_is_refused(gateway: Gateway) -> None:
    answer = await gateway.post("/key/delete", keys=[])
    assert answer.status == 422
    assert answer.detail[0]["msg"] == (
        "Value error, At least one of 'keys' or 'key_aliases' must be provided."
    )
