"""Aliases that Keydesk derives cannot be chosen by people, and a key that merely has such an alias is not replaced."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, unique

pytestmark = pytest.mark.anyio
QUERY = {"redirect_uri": "http://127.0.0.1:41337/callback"}


@pytest.fixture
async def open_code(desk_with: OpenDesk) -> AsyncIterator[Desk]:
    async with desk_with(litellm={"opencode": {"enabled": True}}) as desk:
        yield desk


@pytest.fixture
async def jane(open_code: Desk, as_person: SignIn) -> Visitor:
    return open_code.welcome(await as_person("jane"))


def spellings(user_id: str) -> list[str]:
    slot = f"opencode-{user_id}"
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "opencode-")
    return [slot, f"{slot}-next", f"  {slot} ", slot.upper(), f"OpenCode-{user_id}", f"{wide}{user_id}"]


async def test_a_reserved_alias_is_refused_on_creation(jane: Visitor, as_person: SignIn) -> None:
    for victim in (jane.user_id, (await as_person("bob")).user_id):
        for alias in spellings(victim):
            refused = await jane.post("/keys/generate", alias=alias, max_budget=1.0)
            assert_problem(refused, 403, "policy-refused", param="alias")
    assert await jane.read("/keys") == []


async def test_a_reserved_alias_is_refused_on_renaming(jane: Visitor) -> None:
    issued = await jane.issue(unique("laptop"))
    for alias in spellings(jane.user_id):
        refused = await jane.post(f"/keys/{issued['token']}/update", key_alias=alias)
        assert_problem(refused, 403, "policy-refused", param="key_alias")
    assert (await jane.key(issued["token"]))["key_alias"] == issued["key_alias"]


async def test_the_slots_key_can_be_updated_with_its_alias(jane: Visitor) -> None:
    assert (await jane.get("/opencode/connect", **QUERY)).status_code == 302
    ((key, *none),) = [await jane.read("/keys")]
    assert none == []
    path = f"/keys/{key['token']}/update"
    answer = await jane.post(path, key_alias=key["key_alias"], rpm_limit=5)
    assert (answer.status_code, answer.json()["rpm_limit"]) == (200, 5)
    assert (await jane.get("/opencode/connect", **QUERY)).status_code == 302
    assert len(await jane.read("/keys")) == 1


@pytest.mark.parametrize("ending", ["", "-next"])
@pytest.mark.parametrize("forged", [{}, {"keydesk_slot": "opencode"}], ids=["plain", "forged"])
async def test_a_key_that_only_has_the_alias_is_not_replaced(
    jane: Visitor, make: Maker, gateway: Gateway, ending: str, forged: dict[str, Any]
) -> None:
    """It was created in LiteLLM itself, or before such aliases were reserved."""
    alias = f"opencode-{jane.user_id}{ending}"
    own = await make.key(Person(jane.user_id, ""), key_alias=alias, metadata=forged)
    (key,) = await jane.read("/keys")
    refused = await jane.get("/opencode/connect", **QUERY)
    assert_problem(refused, 409, "conflict", param="key_alias")
    assert (await gateway.chat(own.secret)).status == 200
    assert [each["token"] for each in await jane.read("/keys")] == [key["token"]]
    renamed = await jane.post(f"/keys/{key['token']}/update", key_alias=unique("mine"))
    assert renamed.status_code == 200
    assert (await jane.get("/opencode/connect", **QUERY)).status_code == 302
    assert (await gateway.chat(own.secret)).status == 200


async def test_a_renamed_key_of_the_slot_is_an_ordinary_key(jane: Visitor) -> None:
    connected = await jane.get("/opencode/connect", **QUERY)
    assert connected.status_code == 302
    (key,) = await jane.read("/keys")
    renamed = await jane.post(f"/keys/{key['token']}/update", key_alias=unique("mine"))
    assert renamed.status_code == 200
    assert (await jane.get("/opencode/connect", **QUERY)).status_code == 302
    assert len(await jane.read("/keys")) == 2


async def test_a_person_cannot_stamp_a_key_as_the_slots(jane: Visitor, gateway: Gateway) -> None:
    body = {"alias": unique("laptop"), "max_budget": 1.0, "metadata": {"keydesk_slot": "opencode"}}
    await jane.post("/keys/generate", **body)
    found = await gateway.get("/key/list", user_id=jane.user_id, return_full_object="true")
    assert [key["metadata"].get("keydesk_slot") for key in found.body["keys"]] in ([], [None])
