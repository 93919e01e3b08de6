"""Block and unblock: owners control their own keys, and cannot lift an administrator's block."""

import pytest

from tests.support.desk.desk import SignIn, Visitor
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import token_of, unique

pytestmark = pytest.mark.anyio


async def block(visitor: Visitor, key_id: str, what: str = "block") -> None:
    answer = await visitor.post(f"/keys/{key_id}/{what}")
    assert (answer.status_code, answer.json()) == (200, {"success": True})


async def unblock(visitor: Visitor, key_id: str) -> None:
    await block(visitor, key_id, "unblock")


async def as_administrator(gateway: Gateway, what: str, secret: str) -> None:
    assert (await gateway.post(f"/key/{what}", key=token_of(secret))).status == 200


async def assert_refused(owner: Visitor, key_id: str) -> None:
    """The owner cannot unblock the key, and it stays blocked."""
    problem = assert_problem(await owner.post(f"/keys/{key_id}/unblock"), 403, "policy-refused")
    assert problem["hint"]
    assert (await owner.key(key_id))["blocked"] is True


async def test_a_blocked_key_stops_working_until_it_is_unblocked(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await block(jane, issued["token"])
    assert (await jane.key(issued["token"]))["blocked"] is True
    assert (await gateway.chat(issued["key"])).status == 401
    await unblock(jane, issued["token"])
    assert (await jane.key(issued["token"]))["blocked"] is False
    assert (await gateway.chat(issued["key"])).status == 200


async def test_blocking_and_unblocking_twice_succeeds(as_person: SignIn) -> None:
    jane = await as_person("jane")
    key_id = (await jane.issue(unique("laptop")))["token"]
    await block(jane, key_id)
    await block(jane, key_id)
    await unblock(jane, key_id)
    await unblock(jane, key_id)
    assert (await jane.key(key_id))["blocked"] is False


async def test_a_key_created_elsewhere_can_be_blocked_and_unblocked_too(
    as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    made = await gateway.post("/key/generate", user_id=jane.user_id, key_alias=unique("laptop"))
    assert made.status == 200
    (shown,) = await jane.read("/keys")
    await block(jane, shown["token"])
    await unblock(jane, shown["token"])


async def test_an_administrators_block_stays(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await as_administrator(gateway, "block", issued["key"])
    await assert_refused(jane, issued["token"])


async def test_blocking_a_blocked_key_does_not_change_who_blocked_it(
    as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await as_administrator(gateway, "block", issued["key"])
    await block(jane, issued["token"])
    await assert_refused(jane, issued["token"])


async def test_an_earlier_block_by_the_owner_does_not_lift_an_administrators(
    as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await block(jane, issued["token"])
    await unblock(jane, issued["token"])
    await as_administrator(gateway, "block", issued["key"])
    await assert_refused(jane, issued["token"])


async def test_a_block_that_an_administrator_lifted_and_set_again_is_the_administrators(
    as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await block(jane, issued["token"])
    await as_administrator(gateway, "unblock", issued["key"])
    await as_administrator(gateway, "block", issued["key"])
    await assert_refused(jane, issued["token"])


async def test_an_update_does_not_unblock_a_key(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await as_administrator(gateway, "block", issued["key"])
    refused = await jane.post(f"/keys/{issued['token']}/update", blocked=False)
    assert_problem(refused, 422, "invalid-request", param="blocked")
    assert (await jane.post(f"/keys/{issued['token']}/update", rpm_limit=5)).status_code == 200
    assert (await jane.key(issued["token"]))["blocked"] is True


@pytest.mark.parametrize("what", ["block", "unblock"])
async def test_keys_of_others_and_unknown_keys_are_not_found(as_person: SignIn, what: str) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    issued = await jane.issue(unique("laptop"))
    assert_problem(await bob.post(f"/keys/{issued['token']}/{what}"), 404, "not-found")
    assert_problem(await bob.post(f"/keys/key_unknown/{what}"), 404, "not-found")
    assert (await jane.key(issued["token"]))["blocked"] is False
