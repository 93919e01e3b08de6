"""How the client reports results of parallel requests."""

import anyio
import pytest

from keydesk.litellm import Conflict, LiteLLM, NewKey, NewUser
from tests.support.upstream.making import Maker, unique

pytestmark = pytest.mark.anyio

CALLERS = 20


async def test_parallel_accounts_are_stored_or_a_conflict_and_leave_no_key(
    client: LiteLLM, make: Maker
) -> None:
    user_id = unique("racer")
    make.user_ids.append(user_id)
    outcomes: list[str] = []

    async def create(number: int) -> None:
        try:
            await client.users.create(NewUser(user_id=user_id, max_budget=number))
            outcomes.append("created")
        except Conflict as conflict:
            outcomes.append(str(conflict.param))

    async with anyio.create_task_group() as group:
        for number in range(1, CALLERS + 1):
            group.start_soon(create, number)
    assert set(outcomes) <= {"created", "user_id"}
    assert outcomes.count("created") >= 1
    stored = await client.users.get(user_id)
    assert stored is not None
    assert stored.max_budget in range(1, CALLERS + 1)
    assert await client.keys.list(user_id=user_id) == []


async def test_every_parallel_key_with_one_alias_is_found_by_it(client: LiteLLM, make: Maker) -> None:
    alias = unique("laptop")
    made: set[str] = set()
    refused: set[str | None] = set()

    async def create() -> None:
        try:
            made.add((await client.keys.create(NewKey(key_alias=alias))).token_hash)
        except Conflict as conflict:
            refused.add(conflict.param)

    async with anyio.create_task_group() as group:
        for _ in range(CALLERS):
            group.start_soon(create)
    make.tokens.extend(made)
    assert {key.token_hash for key in await client.keys.list(alias=alias)} == made
    assert len(made) >= 1
    assert refused <= {"key_alias"}
