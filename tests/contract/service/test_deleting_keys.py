"""DELETE /keys/{id}: permanent, and by the owner only."""

import pytest

from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio


async def test_a_deleted_key_does_not_exist_and_does_not_work(as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued, kept = await jane.issue(unique("laptop")), await jane.issue(unique("desktop"))
    answer = await jane.delete(f"/keys/{issued['token']}")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert [key["token"] for key in await jane.read("/keys")] == [kept["token"]]
    assert (await gateway.chat(issued["key"])).status == 401
    assert (await gateway.chat(kept["key"])).status == 200


async def test_every_action_on_a_deleted_key_is_not_found(as_person: SignIn) -> None:
    jane = await as_person("jane")
    key_id = (await jane.issue(unique("laptop")))["token"]
    await jane.delete(f"/keys/{key_id}")
    assert_problem(await jane.delete(f"/keys/{key_id}"), 404, "not-found")
    for what, body in (("block", {}), ("unblock", {}), ("update", {"rpm_limit": 1})):
        assert_problem(await jane.post(f"/keys/{key_id}/{what}", **body), 404, "not-found")


async def test_a_deleted_keys_alias_can_be_used_again(as_person: SignIn) -> None:
    jane = await as_person("jane")
    alias = unique("laptop")
    old = await jane.issue(alias)
    await jane.delete(f"/keys/{old['token']}")
    assert (await jane.issue(alias))["token"] != old["token"]


async def test_a_key_of_others_cannot_be_deleted(as_person: SignIn, gateway: Gateway) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    issued = await jane.issue(unique("laptop"))
    assert_problem(await bob.delete(f"/keys/{issued['token']}"), 404, "not-found")
    assert (await gateway.chat(issued["key"])).status == 200


async def test_a_deletion_without_the_permission_is_refused(as_person: SignIn, desk_with: OpenDesk) -> None:
    permission = "litellm.key.revoke"
    async with desk_with(grants={permission: ["group:default/platform-team"]}) as strict:
        jane = strict.welcome(await as_person("jane"))
        issued = await jane.issue(unique("laptop"))
        refused = await jane.delete(f"/keys/{issued['token']}")
        assert assert_problem(refused, 403, "permission-missing")["permission"] == permission
