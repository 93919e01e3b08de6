"""Key ids depend only on the secret and the key, and are never LiteLLM's hash."""

import re

import pytest

from tests.support.desk.configuring import SECRET
from tests.support.desk.desk import OpenDesk, SignIn
from tests.support.upstream.making import token_of, unique

pytestmark = pytest.mark.anyio


async def test_an_id_is_not_litellms_hash(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    assert re.fullmatch(r"key_[a-z2-7]{26}", issued["token"])
    for path in ("/keys", "/usage"):
        assert token_of(issued["key"]) not in (await jane.get(path)).text


async def test_ids_survive_a_restart(as_person: SignIn, desk_with: OpenDesk) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    async with desk_with() as restarted:
        again = restarted.welcome(jane)
        assert [key["token"] for key in await again.read("/keys")] == [issued["token"]]
        assert (await again.post(f"/keys/{issued['token']}/block")).status_code == 200


async def test_ids_survive_a_lost_database(as_person: SignIn, desk_with: OpenDesk, tmp_path: object) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    async with desk_with(database={"url": f"sqlite:///{tmp_path}/new.db"}) as restored:
        assert [key["token"] for key in await restored.welcome(jane).read("/keys")] == [issued["token"]]


async def test_another_secret_leads_to_other_ids(as_person: SignIn, desk_with: OpenDesk) -> None:
    """Without the secret, an id cannot be linked to a key."""
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"))
    async with desk_with(secret=SECRET[::-1]) as other:
        same = await other.sign_in(jane.user_id)
        (shown,) = await same.read("/keys")
        assert shown["key_alias"] == issued["key_alias"]
        assert shown["token"] != issued["token"]
