"""What Keydesk can rely on with parallel requests.

LiteLLM checks before it inserts, so it guarantees little. The sandbox serializes requests, LiteLLM does not. Both
keep what is asserted here.
"""

from typing import Any

import anyio
import pytest

from tests.support.upstream.gateway import Answer, Gateway
from tests.support.upstream.making import Maker, Person, Team, VirtualKey, unique
from tests.support.upstream.reading import key_of, person_of, team_of, tokens_of

pytestmark = pytest.mark.anyio

CALLERS = 20


async def in_parallel(gateway: Gateway, path: str, *bodies: dict[str, Any]) -> list[Answer]:
    """Post all bodies to one path in parallel. Return the responses in the order of the bodies."""
    answers: dict[int, Answer] = {}

    async def one(number: int, body: dict[str, Any]) -> None:
        answers[number] = await gateway.post(path, **body)

    async with anyio.create_task_group() as group:
        for number, body in enumerate(bodies):
            group.start_soon(one, number, body)
    return [answers[number] for number in range(len(bodies))]


async def test_one_of_several_parallel_accounts_is_stored_and_all_get_200_or_409(
    gateway: Gateway, make: Maker
) -> None:
    """A 200 repeats the caller's own request, stored or not. Only reading the account shows which one was stored."""
    racer = Person(unique("racer"), "")
    make.user_ids.append(racer.user_id)
    body = {"user_id": racer.user_id, "user_role": "internal_user", "auto_create_key": False}
    budgets = [float(number) for number in range(1, CALLERS + 1)]
    answers = await in_parallel(gateway, "/user/new", *(body | {"max_budget": budget} for budget in budgets))
    assert {answer.status for answer in answers} <= {200, 409}
    told = [budget for budget, answer in zip(budgets, answers, strict=True) if answer.status == 200]
    assert [answer.body["max_budget"] for answer in answers if answer.status == 200] == told
    assert (await person_of(gateway, racer))["max_budget"] in told
    listed = await gateway.get("/user/list", user_ids=f"{racer.user_id},{unique('nobody')}")
    assert listed.body["total"] == 1


async def test_a_later_account_with_that_id_gets_409(gateway: Gateway, make: Maker) -> None:
    racer = await make.person()
    body = {"user_id": racer.user_id, "auto_create_key": False}
    answers = await in_parallel(gateway, "/user/new", *(body for _ in range(CALLERS)))
    assert {answer.status for answer in answers} == {409}


async def test_every_parallel_account_with_200_creates_a_live_key(gateway: Gateway, make: Maker) -> None:
    """So Keydesk always sends `auto_create_key: false`."""
    racer = Person(unique("racer"), "")
    make.user_ids.append(racer.user_id)
    answers = await in_parallel(gateway, "/user/new", *({"user_id": racer.user_id} for _ in range(10)))
    secrets = [answer.body["key"] for answer in answers if answer.status == 200]
    assert len(await tokens_of(gateway, racer)) == len(set(secrets)) >= 1


async def test_no_parallel_account_creates_a_key_if_auto_create_key_is_off(
    gateway: Gateway, make: Maker
) -> None:
    racer = Person(unique("racer"), "")
    make.user_ids.append(racer.user_id)
    body = {"user_id": racer.user_id, "auto_create_key": False}
    await in_parallel(gateway, "/user/new", *(body for _ in range(CALLERS)))
    assert await tokens_of(gateway, racer) == []


async def test_parallel_keys_with_one_alias_are_all_found_by_it(gateway: Gateway, make: Maker) -> None:
    """More than one may get 200. The alias then finds each of them, so that all but one can be deleted."""
    alias = unique("laptop")
    answers = await in_parallel(gateway, "/key/generate", *({"key_alias": alias} for _ in range(CALLERS)))
    made = {answer.body["token"] for answer in answers if answer.status == 200}
    make.tokens.extend(made)
    refused = [answer for answer in answers if answer.status != 200]
    assert {(answer.status, answer.error["param"]) for answer in refused} <= {(400, "key_alias")}
    listed = await gateway.get("/key/list", key_alias=alias, size=100)
    assert set(listed.body["keys"]) == made
    assert len(made) >= 1


@pytest.mark.since("1.109.1", partly=True)
async def test_one_of_several_parallel_teams_with_one_id_gets_200(gateway: Gateway, make: Maker) -> None:
    team = Team(unique("platform"), "")
    make.team_ids.append(team.team_id)
    aliases = [str(number) for number in range(CALLERS)]
    answers = await in_parallel(
        gateway, "/team/new", *({"team_id": team.team_id, "team_alias": alias} for alias in aliases)
    )
    assert sorted({answer.status for answer in answers} - {400, 500}) == [200]
    (stored,) = (answer.body["team_alias"] for answer in answers if answer.status == 200)
    assert (await team_of(gateway, team))["team_alias"] == stored


async def test_parallel_metadata_updates_keep_one_value(gateway: Gateway, laptop_key: VirtualKey) -> None:
    """They are neither merged nor refused, so writers of metadata need their own lock."""
    sent = [{f"writer-{number}": "was here"} for number in range(10)]
    body = {"key": laptop_key.token}
    answers = await in_parallel(gateway, "/key/update", *(body | {"metadata": data} for data in sent))
    assert {answer.status for answer in answers} == {200}
    assert (await key_of(gateway, laptop_key))["metadata"] in sent


@pytest.mark.since("1.108.14")
async def test_parallel_new_members_are_all_added(gateway: Gateway, make: Maker) -> None:
    team = await make.team()
    people = [await make.person() for _ in range(5)]
    joining = ({"role": "user", "user_id": person.user_id} for person in people)
    body = {"team_id": team.team_id}
    answers = await in_parallel(
        gateway, "/team/member_add", *(body | {"member": member} for member in joining)
    )
    assert {answer.status for answer in answers} == {200}
    members = {member["user_id"] for member in (await team_of(gateway, team))["members_with_roles"]}
    assert members == {person.user_id for person in people} | {"default_user_id"}
