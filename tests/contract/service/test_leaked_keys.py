"""A reported key stops working, and stays blocked until an administrator unblocks it in LiteLLM."""

from typing import Any

import pytest

from keydesk.audit.models import Action
from keydesk.audit.policy import Filter
from keydesk.litellm import Key
from tests.contract.service.test_keeping_accounts_right import people, provisioning, visit
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, token_of, unique

pytestmark = pytest.mark.anyio
PLACE = "https://github.com/octocat/hello/blob/main/config.py"
UNKNOWN = "sk-" + "u" * 22


async def report(desk: Desk, secret: str, found_at: str | None = PLACE) -> dict[str, Any]:
    answer = await desk.stranger().post("/leaks", key=secret, found_at=found_at)
    assert answer.status_code == 202, answer.text
    received: dict[str, Any] = answer.json()
    return received


async def recorded(desk: Desk, key_id: str) -> list[dict[str, Any]]:
    """Return the values of the recorded reports of the key, newest first."""
    filters = Filter(action=Action.LEAK_REPORTED, object_id=key_id)
    page = await desk.app.state.services.audit_reader.page(filters, 1, 100)
    assert {log.outcome for log in page.audit_logs} <= {"succeeded"}
    return [log.updated_values for log in page.audit_logs]


async def secrets_of(desk: Desk, owner: Visitor) -> list[Key]:
    """Return all that LiteLLM has of the owner's keys."""
    found: list[Key] = await desk.app.state.services.keys.gateway.keys.list(user_id=owner.user_id)
    return found


async def assert_stays_blocked(owner: Visitor, key_id: str) -> None:
    problem = assert_problem(await owner.post(f"/keys/{key_id}/unblock"), 403, "policy-refused")
    assert "leaked" in problem["error"]
    assert (await owner.key(key_id))["blocked"] is True


async def test_a_reported_key_is_refused_right_after_the_report(
    desk: Desk, as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued, other = await jane.issue(unique("laptop")), await jane.issue(unique("phone"))
    assert (await gateway.chat(issued["key"])).status == 200
    assert await report(desk, issued["key"]) == {"received": True}
    assert not await gateway.accepts(issued["key"])
    assert (await gateway.chat(other["key"])).status == 200
    await assert_stays_blocked(jane, issued["token"])
    assert await recorded(desk, issued["token"]) == [{"blocked": True, "source": "public", "found_at": PLACE}]


async def test_a_repeated_report_changes_nothing(desk: Desk, as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    for place in (PLACE, None, "a chat"):
        await report(desk, issued["key"], place)
    assert len(await recorded(desk, issued["token"])) == 1
    assert not await gateway.accepts(issued["key"])


async def test_the_owner_can_rename_and_delete_a_leaked_key(
    desk: Desk, as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await report(desk, issued["key"])
    assert (await jane.post(f"/keys/{issued['token']}/update", key_alias=unique("old"))).status_code == 200
    await assert_stays_blocked(jane, issued["token"])
    assert (await jane.delete(f"/keys/{issued['token']}")).status_code == 200
    await report(desk, issued["key"])
    assert not await gateway.accepts(issued["key"])


async def test_the_report_replaces_the_owners_own_block(desk: Desk, as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await jane.post(f"/keys/{issued['token']}/block")
    await report(desk, issued["key"])
    await assert_stays_blocked(jane, issued["token"])


async def test_an_administrators_block_stays_the_administrators(
    desk: Desk, as_person: SignIn, gateway: Gateway
) -> None:
    """The owner must not turn it into another kind of block by reporting the key."""
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await gateway.post("/key/block", key=token_of(issued["key"]))
    for _ in range(2):
        await report(desk, issued["key"])
    problem = assert_problem(await jane.post(f"/keys/{issued['token']}/unblock"), 403, "policy-refused")
    assert "administrator" in problem["error"]
    assert len(await recorded(desk, issued["token"])) == 1


async def test_a_report_after_an_administrator_unblocked_the_key_blocks_it_again(
    desk: Desk, as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await report(desk, issued["key"])
    await gateway.post("/key/unblock", key=token_of(issued["key"]))
    assert (await gateway.chat(issued["key"])).status == 200
    await report(desk, issued["key"])
    assert not await gateway.accepts(issued["key"])
    await assert_stays_blocked(jane, issued["token"])


async def test_a_key_from_outside_of_keydesk_is_blocked_too(
    desk: Desk, gateway: Gateway, make: Maker
) -> None:
    alice = await make.person()
    owned, ownerless = await make.key(alice), (await gateway.post("/key/generate")).body["key"]
    make.tokens.append(token_of(ownerless))
    for secret in (owned.secret, ownerless):
        for _ in range(2):
            await report(desk, secret)
        assert not await gateway.accepts(secret)
        key_id = desk.app.state.services.keys.ids.of(token_of(secret))
        assert len(await recorded(desk, key_id)) == 1


async def test_the_hash_of_a_key_does_not_block_it(desk: Desk, as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    for text in (token_of(issued["key"]), issued["token"], issued["key"][:-1], issued["key"] + "x"):
        assert await report(desk, text) == {"received": True}
    assert (await gateway.chat(issued["key"])).status == 200


@pytest.mark.parametrize(
    "line", [" {} \n", "OPENAI_API_KEY={}", '"api_key": "{}",', "Authorization: Bearer {}"]
)
async def test_the_key_is_found_in_the_line_that_contains_it(
    desk: Desk, as_person: SignIn, gateway: Gateway, line: str
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await report(desk, line.format(issued["key"]))
    assert not await gateway.accepts(issued["key"])


async def test_an_expired_key_cannot_be_extended_after_a_report(
    desk: Desk, as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), duration="30d")
    await gateway.post("/key/update", key=token_of(issued["key"]), duration="0s")
    await report(desk, issued["key"])
    await jane.post(f"/keys/{issued['token']}/update", duration="30d")
    assert not await gateway.accepts(issued["key"])
    await assert_stays_blocked(jane, issued["token"])


@pytest.mark.parametrize("leaks_first", [True, False], ids=["before leaving", "after leaving"])
async def test_a_leaked_key_stays_blocked_when_its_owner_returns(
    desk_with: OpenDesk, scene: Scene, make: Maker, empty_database: str, leaks_first: bool
) -> None:
    own: dict[str, Any] = {"database": {"url": empty_database}, "litellm": provisioning()}
    async with desk_with(directory=people(scene), **own) as desk:
        jane = await visit(desk, scene, make)
        leaked, other = await jane.issue(unique("leaked")), await jane.issue(unique("other"))
        if leaks_first:
            await report(desk, leaked["key"])
    async with desk_with(directory=people(scene, present=False), **own) as desk:
        await desk.app.state.services.resync_accounts.apply(even_if_many_leave=True)
        if not leaks_first:
            await report(desk, leaked["key"])
    async with desk_with(directory=people(scene), **own) as desk:
        await desk.app.state.services.resync_accounts.apply()
        jane = await visit(desk, scene, make)
        assert (await jane.key(other["token"]))["blocked"] is False
        await assert_stays_blocked(jane, leaked["token"])


async def test_an_unknown_key_gets_the_same_response(desk: Desk, as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    answers = [
        await desk.stranger().post("/leaks", key=secret, found_at=PLACE)
        for secret in (issued["key"], UNKNOWN)
    ]
    ours, theirs = [
        (answer.status_code, answer.content, {*answer.headers} - {"date", "x-request-id"})
        for answer in answers
    ]
    assert ours == theirs


async def rotated(owner: Visitor, key_id: str, overlap: str | None = None) -> str:
    """Rotate the key and return the new secret."""
    answer = await owner.post(f"/keys/{key_id}/rotate", overlap=overlap)
    assert answer.status_code == 200, answer.text
    secret: str = answer.json()["key"]
    return secret


@pytest.mark.parametrize("reported", [0, 1], ids=["previous", "new"])
async def test_both_secrets_of_a_rotated_key_are_blocked_while_both_work(
    desk: Desk, as_person: SignIn, gateway: Gateway, reported: int
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    secrets = [issued["key"], await rotated(jane, issued["token"], "1h")]
    await report(desk, secrets[reported])
    assert [await gateway.accepts(secret) for secret in secrets] == [False, False]
    await assert_stays_blocked(jane, issued["token"])
    assert len(await recorded(desk, issued["token"])) == 1


async def test_a_secret_that_has_ended_does_not_block_the_new_one(
    desk: Desk, as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    new = await rotated(jane, issued["token"], "0s")
    await report(desk, issued["key"])
    assert [await gateway.accepts(secret) for secret in (issued["key"], new)] == [False, True]
    assert await recorded(desk, issued["token"]) == []


@pytest.mark.since("1.108.14", partly=True)
async def test_a_rotation_replaces_a_leaked_secret(desk: Desk, as_person: SignIn, gateway: Gateway) -> None:
    """The old secret never works again, not even after a block and an unblock of the key by its owner."""
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), max_budget=2.0)
    key_id, services = issued["token"], desk.app.state.services
    await report(desk, issued["key"])
    new = await rotated(jane, key_id)
    assert [await gateway.accepts(secret) for secret in (issued["key"], new)] == [False, True]
    key = await jane.key(key_id)
    assert (key["blocked"], key["max_budget"]) == (False, 2.0)
    assert await services.keys.store.block_mark(key_id) is None
    await report(desk, issued["key"])
    for path, works in (("block", False), ("unblock", True)):
        assert (await jane.post(f"/keys/{key_id}/{path}")).status_code == 200
        assert [await gateway.accepts(secret) for secret in (issued["key"], new)] == [False, works]
    (old,) = [each for each in await secrets_of(desk, jane) if each.token_hash == token_of(issued["key"])]
    assert old.blocked


async def test_the_leaked_secrets_of_a_rotated_key_never_work_again(
    desk: Desk, as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    secrets = [issued["key"], await rotated(jane, issued["token"], "1h")]
    await report(desk, issued["key"])
    secrets.append(await rotated(jane, issued["token"], "0s"))
    assert [await gateway.accepts(secret) for secret in secrets] == [False, False, True]


async def test_a_leaked_secret_gets_no_overlap(desk: Desk, as_person: SignIn, gateway: Gateway) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await report(desk, issued["key"])
    answer = await jane.post(f"/keys/{issued['token']}/rotate", overlap="1h")
    assert_problem(answer, 403, "policy-refused", param="overlap")
    assert not await gateway.accepts(issued["key"])
    await assert_stays_blocked(jane, issued["token"])


async def test_a_rotation_does_not_lift_an_administrators_block_of_a_leaked_key(
    desk: Desk, as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    await report(desk, issued["key"])
    await gateway.post("/key/unblock", key=token_of(issued["key"]))
    await gateway.post("/key/block", key=token_of(issued["key"]))
    assert_problem(await jane.post(f"/keys/{issued['token']}/rotate"), 403, "policy-refused")
    assert len(await secrets_of(desk, jane)) == 1
