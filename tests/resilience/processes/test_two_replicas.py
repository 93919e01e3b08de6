"""Two replicas of Keydesk with one database behave as one."""

from collections.abc import AsyncIterator, Awaitable, Callable

import anyio
import httpx2
import pytest

from tests.resilience.processes.conftest import TwoDesks
from tests.support.desk.desk import Visitor
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import unique
from tests.support.upstream.reading import person_of, tokens_of

pytestmark = [pytest.mark.anyio, pytest.mark.long]

AT_ONCE = 20
MEGABYTE = 1024 * 1024


async def in_parallel(
    visitors: list[Visitor], ask: Callable[[Visitor], Awaitable[httpx2.Response]]
) -> list[httpx2.Response]:
    """Send twenty requests in parallel, alternating between the replicas."""
    answers: list[httpx2.Response] = []

    async def one(visitor: Visitor) -> None:
        answers.append(await ask(visitor))

    async with anyio.create_task_group() as group:
        for number in range(AT_ONCE):
            group.start_soon(one, visitors[number % len(visitors)])
    return answers


async def test_twenty_parallel_first_visits_create_one_account_and_no_key(
    two_desks: TwoDesks, janes: list[Visitor], gateway: Gateway
) -> None:
    """LiteLLM itself would accept all creations with 200 and create a key for each."""
    before = two_desks.counts["POST /user/new"]
    answers = await in_parallel(janes, lambda jane: jane.get("/user/info"))
    assert [answer.status_code for answer in answers] == [200] * AT_ONCE
    assert {answer.json()["user_id"] for answer in answers} == {janes[0].user_id}
    assert {answer.json()["max_budget"] for answer in answers} == {10.0}
    assert two_desks.counts["POST /user/new"] - before == 1
    assert two_desks.counts["POST /user/update"] == 0
    assert (await person_of(gateway, janes[0].person))["user_role"] == "internal_user"
    assert await tokens_of(gateway, janes[0].person) == []


async def test_twenty_parallel_keys_with_one_alias_are_one_key(
    janes: list[Visitor], gateway: Gateway
) -> None:
    alias = unique("laptop")
    answers = await in_parallel(janes, lambda jane: jane.post("/keys/generate", alias=alias, max_budget=1.0))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * (AT_ONCE - 1)
    assert len(await tokens_of(gateway, janes[0].person)) == 1


async def test_a_change_at_one_replica_is_visible_at_the_other(janes: list[Visitor]) -> None:
    here, there = janes
    issued = await here.issue(unique("laptop"))
    assert [key["token"] for key in await there.read("/keys")] == [issued["token"]]
    assert (await there.post(f"/keys/{issued['token']}/block")).status_code == 200
    assert (await here.key(issued["token"]))["blocked"] is True
    assert (await here.post(f"/keys/{issued['token']}/unblock")).status_code == 200
    assert (await there.delete(f"/keys/{issued['token']}")).status_code == 200
    assert await here.read("/keys") == []


async def test_a_body_of_ten_megabytes_is_rejected(janes: list[Visitor]) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * MEGABYTE

    for content in (b"x" * 10 * MEGABYTE, pieces()):
        sent = {"content": content, "headers": {"content-type": "application/json"}}
        answer = await janes[0].call("POST", "/keys/generate", **sent)
        assert_problem(answer, 413, "body-too-large")
