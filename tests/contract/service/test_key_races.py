"""Parallel changes of one key by several replicas: each change sees the result of the one before it."""

import asyncio
from typing import Any

import pytest

from tests.support.desk.desk import OpenDesk, SignIn, Visitor
from tests.support.upstream.making import unique

pytestmark = [pytest.mark.anyio, pytest.mark.long]
ROUNDS = 15
REPLICAS = 4
FOUR_AT_ONCE = ("block", "unblock", "block", "unblock")


async def test_parallel_blocks_and_unblocks_leave_no_block_that_the_owner_cannot_lift(
    desk_with: OpenDesk, as_person: SignIn
) -> None:
    jane = await as_person("jane")
    async with desk_with() as one, desk_with() as other:
        janes = [one.welcome(jane), other.welcome(jane)]
        key_id = (await jane.issue(unique("laptop")))["token"]
        stuck = 0
        for _ in range(ROUNDS):
            await together(
                *(janes[at % 2].post(f"/keys/{key_id}/{what}") for at, what in enumerate(FOUR_AT_ONCE))
            )
            lifted = await janes[0].post(f"/keys/{key_id}/unblock")
            stuck += lifted.status_code != 200 or (await janes[1].key(key_id))["blocked"]
    assert stuck == 0, f"{stuck} of {ROUNDS} rounds left a block that its owner cannot lift"


async def test_a_change_of_a_blocked_key_in_parallel_leaves_the_block_to_its_owner(
    desk_with: OpenDesk, as_person: SignIn
) -> None:
    jane = await as_person("jane")
    async with desk_with() as one, desk_with() as other:
        janes = [one.welcome(jane), other.welcome(jane)]
        key_id = (await jane.issue(unique("laptop")))["token"]
        for round_ in range(ROUNDS):
            await together(
                janes[0].post(f"/keys/{key_id}/block"),
                janes[1].post(f"/keys/{key_id}/update", rpm_limit=round_ + 1),
                janes[0].post(f"/keys/{key_id}/update", tpm_limit=round_ + 1),
            )
            shown = await janes[1].key(key_id)
            assert (shown["blocked"], shown["rpm_limit"], shown["tpm_limit"]) == (
                True,
                round_ + 1,
                round_ + 1,
            )
            assert (await janes[1].post(f"/keys/{key_id}/unblock")).status_code == 200


async def test_one_of_many_parallel_deletions_succeeds_and_the_others_find_no_key(
    desk_with: OpenDesk, as_person: SignIn
) -> None:
    jane = await as_person("jane")
    async with desk_with() as one, desk_with() as other:
        janes: list[Visitor] = [one.welcome(jane), other.welcome(jane)]
        key_id = (await jane.issue(unique("laptop")))["token"]
        answers = await together(*(janes[at % 2].delete(f"/keys/{key_id}") for at in range(REPLICAS)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]


async def together(*calls: Any) -> list[Any]:
    return await asyncio.gather(*calls)
