"""The maximum number of keys per person and of teams per group also holds for parallel requests."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx2
import pytest

from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.managing import DATA_TEAM, GRANTS, RULES, TeamOffice, people
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.reading import tokens_of

pytestmark = pytest.mark.anyio

MOST = 3


def only(**limits: int) -> dict[str, Any]:
    return {"litellm": {"key_generation": limits}}


async def ask(visitor: Visitor, **fields: Any) -> httpx2.Response:
    return await visitor.post("/keys/generate", **{"alias": unique("laptop"), "max_budget": 1.0} | fields)


def split(answers: list[httpx2.Response]) -> int:
    """Return how many requests were granted. All others must report that the limit is reached."""
    refused = [answer for answer in answers if answer.status_code != 200]
    for answer in refused:
        assert_problem(answer, 409, "too-many")
        assert answer.json()["hint"]
    return len(answers) - len(refused)


async def test_a_person_cannot_exceed_the_number_of_keys(
    desk_with: OpenDesk, as_person: SignIn, make: Maker, gateway: Gateway
) -> None:
    async with (
        desk_with(**only(max_keys_per_person=MOST)) as one,
        desk_with(**only(max_keys_per_person=MOST)) as other,
    ):
        somebody = await as_person("jane")
        team = await make.team(somebody.person)
        janes = [desk.welcome(somebody) for desk in (one, other)]
        answers = await asyncio.gather(
            *(
                ask(janes[number % 2], **({"team_id": team.team_id} if number % 3 else {}))
                for number in range(10)
            )
        )
        assert split(answers) == MOST
        assert len(await tokens_of(gateway, somebody.person)) == MOST
        (first, *_) = await janes[0].read("/keys")
        assert (await janes[0].delete(f"/keys/{first['token']}")).status_code == 200
        assert (await ask(janes[1])).status_code == 200


async def test_expired_keys_count_until_they_are_deleted(desk_with: OpenDesk, as_person: SignIn) -> None:
    async with desk_with(**only(max_keys_per_person=1)) as desk:
        jane = desk.welcome(await as_person("jane"))
        assert (await ask(jane, duration="1s")).status_code == 200
        await asyncio.sleep(1.5)
        assert_problem(await ask(jane), 409, "too-many")


async def test_a_team_cannot_exceed_the_number_of_keys(
    desk_with: OpenDesk, as_person: SignIn, make: Maker
) -> None:
    async with (
        desk_with(**only(max_keys_per_team=MOST)) as one,
        desk_with(**only(max_keys_per_team=MOST)) as other,
    ):
        visitors = [await as_person("jane"), await as_person("bob")]
        team = await make.team(*(visitor.person for visitor in visitors))
        everywhere = [desk.welcome(visitor) for desk in (one, other) for visitor in visitors]
        answers = await asyncio.gather(
            *(ask(everywhere[number % 4], team_id=team.team_id) for number in range(8))
        )
        assert split(answers) == MOST
        assert (await ask(everywhere[0])).status_code == 200


def open_office(office: TeamOffice, group: str) -> AbstractAsyncContextManager[Desk]:
    """A Keydesk where olga and jane manage the teams of `group`, and carol those of another."""
    rules = RULES | {"group": [group, DATA_TEAM], "max_teams_per_group": MOST}
    return office.desk_with(
        litellm={"team_admin": rules},
        grants={permission: [group, DATA_TEAM] for permission in GRANTS},
        directory={"people": people(office.scene, olga=[group], jane=[group])},
    )


async def test_a_group_cannot_exceed_the_number_of_teams(office: TeamOffice) -> None:
    group = f"group:default/{unique('team')}"
    async with open_office(office, group) as one, open_office(office, group) as other:
        managers = [await office.person(desk, name) for desk in (one, other) for name in ("olga", "jane")]
        answers = await asyncio.gather(*(office.try_to_create(managers[number % 4]) for number in range(8)))
        assert split(answers) == MOST
        assert (await office.try_to_create(await office.person(one, "carol"))).status_code == 200


async def test_opencode_replaces_its_key_at_the_limit(desk_with: OpenDesk, as_person: SignIn) -> None:
    opencode = {"opencode": {"enabled": True}}
    litellm = {"key_generation": {"max_keys_per_person": 1}} | opencode
    query = {"redirect_uri": "http://127.0.0.1:41337/callback"}
    async with desk_with(litellm=litellm) as desk:
        jane = desk.welcome(await as_person("jane"))
        for _ in range(2):
            assert (await jane.get("/opencode/connect", **query)).status_code == 302
        assert_problem(await ask(jane), 409, "too-many")
