"""What `/user/delete` deletes."""

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, VirtualKey, unique

pytestmark = pytest.mark.anyio


async def test_a_deletion_returns_the_number_of_deleted_people(gateway: Gateway, make: Maker) -> None:
    alice, bob = await make.person(), await make.person()
    answer = await gateway.post("/user/delete", user_ids=[alice.user_id, bob.user_id])
    assert (answer.status, answer.body) == (200, 2)
    assert (await gateway.get("/v2/user/info", user_id=alice.user_id)).status == 404


async def test_a_persons_keys_are_deleted_completely(
    gateway: Gateway, alice: Person, laptop_key: VirtualKey
) -> None:
    await gateway.post("/user/delete", user_ids=[alice.user_id])
    assert (await gateway.chat(laptop_key.secret)).status == 401
    assert (await gateway.get("/key/info", key=laptop_key.token)).status == 404


async def test_one_unknown_person_prevents_the_deletion_of_all(gateway: Gateway, alice: Person) -> None:
    nobody = unique("nobody")
    answer = await gateway.post("/user/delete", user_ids=[alice.user_id, nobody])
    assert answer.status == 404
    assert answer.detail == {"error": f"User not found, passed user_id={nobody}"}
    assert (await gateway.get("/v2/user/info", user_id=alice.user_id)).status == 200
