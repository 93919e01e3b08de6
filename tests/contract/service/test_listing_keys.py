"""GET /keys: all keys of the person, none of others, and no secrets."""

from datetime import UTC, datetime

import anyio
import pytest

from tests.support.desk.desk import SignIn
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, unique

pytestmark = pytest.mark.anyio

MORE_THAN_A_PAGE = 101


async def test_a_key_is_shown_with_everything_but_its_secret(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), models=["gpt-4o"], budget_duration="30d", rpm_limit=10)
    (shown,) = await jane.read("/keys")
    created_at = datetime.fromisoformat(shown.pop("created_at"))
    assert abs((datetime.now(UTC) - created_at).total_seconds()) < 600
    assert shown.pop("budget_reset_at")
    assert shown == {
        "key": f"sk-...{issued['key'][-4:]}",
        "token": issued["token"],
        "key_alias": issued["key_alias"],
        "expires_at": None,
        "last_active_at": None,
        "spend": 0.0,
        "max_budget": 5.0,
        "budget_duration": "30d",
        "tpm_limit": None,
        "rpm_limit": 10,
        "models": ["gpt-4o"],
        "user_id": jane.user_id,
        "team_id": None,
        "blocked": False,
        "can_manage_gateway": False,
        "previous_secret_expires_at": None,
    }


async def test_keys_of_others_are_not_listed(as_person: SignIn) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    await jane.issue(unique("laptop"))
    assert await bob.read("/keys") == []


async def test_keys_of_fellow_members_are_not_listed(as_person: SignIn, make: Maker) -> None:
    jane, bob = await as_person("jane"), await as_person("bob")
    team = await make.team(jane.person, bob.person)
    await jane.issue(unique("laptop"), team_id=team.team_id)
    assert await bob.read("/keys") == []


async def test_the_newest_key_comes_first(as_person: SignIn) -> None:
    jane = await as_person("jane")
    issued = [(await jane.issue(unique("laptop")))["token"] for _ in range(3)]
    assert [key["token"] for key in await jane.read("/keys")] == issued[::-1]


async def test_a_key_created_elsewhere_is_listed(as_person: SignIn, make: Maker) -> None:
    jane = await as_person("jane")
    made = await make.key(jane.person)
    (shown,) = await jane.read("/keys")
    assert (shown["key_alias"], shown["key"]) == (made.alias, f"sk-...{made.secret[-4:]}")


async def test_every_key_of_many_is_listed(as_person: SignIn, make: Maker, gateway: Gateway) -> None:
    """LiteLLM returns at most a hundred per page."""
    jane = await as_person("jane")
    aliases: list[str | None] = []
    limit = anyio.CapacityLimiter(8)

    async def one(owner: Person) -> None:
        async with limit:
            aliases.append((await make.key(owner)).alias)

    async with anyio.create_task_group() as group:
        for _ in range(MORE_THAN_A_PAGE):
            group.start_soon(one, jane.person)
    first_page = await gateway.get("/key/list", user_id=jane.user_id, size=100)
    assert (first_page.body["total_count"], len(first_page.body["keys"])) == (MORE_THAN_A_PAGE, 100)
    assert {key["key_alias"] for key in await jane.read("/keys")} == set(aliases)
