"""Parallel team changes by several replicas: team names stay unique, and no change is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import httpx2
import pytest

from tests.support.desk.managing import TeamOffice, managed
from tests.support.desk.people import NAMES
from tests.support.desk.problems import assert_problem
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Team, unique
from tests.support.upstream.reading import team_of

pytestmark = [pytest.mark.anyio, pytest.mark.long]


async def unless_busy(
    send: Callable[..., Awaitable[httpx2.Response]], *where: Any, **sent: Any
) -> httpx2.Response:
    """Send a request, again while another one changes the same object for too long."""
    return await eventually(partial(send, *where, **sent), lambda answer: answer.status_code != 503)


async def test_one_of_many_parallel_teams_with_one_name_is_created(
    office: TeamOffice, gateway: Gateway
) -> None:
    alias = unique("Search")
    async with office.open() as one, office.open() as other:
        managers = [await office.person(desk, name) for desk in (one, other) for name in ("olga", "carol")]
        answers = await asyncio.gather(
            *(unless_busy(office.try_to_create, manager, team_alias=alias) for manager in managers * 3)
        )
    (made,) = [answer for answer in answers if answer.status_code == 200]
    for answer in answers:
        if answer is not made:
            assert_problem(answer, 409, "conflict", param="team_alias")
    found = (await gateway.get("/v2/team/list", team_alias=alias)).body["teams"]
    assert [team["team_id"] for team in found] == [made.json()["team_id"]]


async def test_ten_parallel_changes_of_different_settings_are_all_stored(
    office: TeamOffice, gateway: Gateway
) -> None:
    alias = unique("Renamed")
    changes: list[dict[str, Any]] = [
        {"team_alias": alias},
        {"models": ["gpt-4o-mini"]},
        {"max_budget": 7.0},
        {"budget_duration": "60d"},
        {"tpm_limit": 70},
        {"rpm_limit": 7},
        {"blocked": True},
    ]
    async with office.open() as one, office.open() as other:
        olgas = [await office.person(desk, "olga") for desk in (one, other)]
        office.make.user_ids.extend(office.scene.user_id(name) for name in NAMES)
        team = await office.create(olgas[0])
        path = f"/teams/{team['team_id']}"
        members = [
            unless_busy(olgas[number % 2].post, f"{path}/members", userEntityRef=office.scene.ref(name))
            for number, name in enumerate(("jane", "bob", "carol"))
        ]
        settings = [
            unless_busy(olgas[number % 2].patch, path, **change) for number, change in enumerate(changes)
        ]
        answers = await asyncio.gather(*settings, *members)
        assert [answer.status_code for answer in answers] == [200] * 10
        (shown,) = await managed(olgas[1], team)
    kept = await team_of(gateway, Team(team["team_id"], alias))
    wanted = {name: value for change in changes for name, value in change.items()}
    assert {name: kept[name] for name in wanted} == wanted
    assert {name: shown[name] for name in wanted} == wanted
    assert team["metadata"].items() <= kept["metadata"].items()
    joined = {member["user_id"] for member in shown["members_with_roles"]}
    assert joined == {office.scene.user_id(name) for name in ("jane", "bob", "carol")}


async def test_one_of_many_parallel_edits_of_one_version_succeeds(office: TeamOffice) -> None:
    async with office.open() as one, office.open() as other:
        olgas = [await office.person(desk, "olga") for desk in (one, other)]
        team = await office.create(olgas[0])
        answers = await asyncio.gather(
            *(
                unless_busy(
                    olgas[number % 2].patch,
                    f"/teams/{team['team_id']}",
                    rpm_limit=number + 1,
                    expectedUpdatedAtIso=team["updated_at"],
                )
                for number in range(10)
            )
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
