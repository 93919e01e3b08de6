"""LiteLLM calls per page: at most four with a cold cache, none with a warm one."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from keydesk.cache.cache import EVERYTHING
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.managing import TeamOffice
from tests.support.desk.sandbox_control import SandboxControl
from tests.support.upstream.making import Maker, unique

pytestmark = pytest.mark.anyio

PAGE = ["/user/info", "/keys", "/models", "/teams", "/teams/managed", "/config", "/usage"]
KEYS = 20
TEAMS = 10
AT_ONCE = 5


async def furnished(visitor: Visitor, make: Maker, **team: Any) -> None:
    """Twenty keys and ten teams."""
    for _ in range(TEAMS):
        await make.team(visitor.person, **team)
    for _ in range(KEYS):
        await make.key(visitor.person)


async def load(visitor: Visitor, *more: str) -> None:
    """Load a page, with five requests at a time."""
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(path: str) -> None:
        async with limit:
            assert (await visitor.get(path)).status_code == 200, path

    await asyncio.gather(*(one(path) for path in (*PAGE, *more)))


async def models_known(desk: Desk) -> None:
    """Load the models, as after a start. They belong to no person."""
    await desk.app.state.services.views.models()


async def test_a_page_makes_four_calls_with_a_cold_cache_and_none_with_a_warm_one(
    remembering: OpenDesk, as_person: SignIn, make: Maker, counted: SandboxControl
) -> None:
    jane = await as_person("jane")
    await furnished(jane, make)
    async with remembering() as desk:
        await models_known(desk)
        counted.forget()
        await load(desk.welcome(jane), "/keys", "/teams", "/user/info")
        assert Counter(counted.calls()) == {
            "GET /v2/user/info": 1,
            "GET /key/list": 1,
            "GET /v2/team/list": 1,
            "GET /user/daily/activity": 1,
        }
        counted.forget()
        for _ in range(3):
            await load(desk.welcome(jane))
        assert counted.calls() == []


async def test_the_page_of_a_team_admin_makes_no_more_calls(
    office: TeamOffice, make: Maker, counted: SandboxControl
) -> None:
    async with office.open() as desk:
        olga = await office.person(desk, "olga")
        await olga.read("/user/info")
        await furnished(olga, make)
        desk.app.state.services.cache.drop({EVERYTHING})
        await models_known(desk)
        counted.forget()
        await load(olga)
        assert len(counted.calls()) == 4, counted.calls()
        counted.forget()
        await load(olga)
        assert counted.calls() == []


async def test_the_objects_of_teams_are_read_once(
    remembering: OpenDesk, as_person: SignIn, make: Maker, counted: SandboxControl
) -> None:
    jane = await as_person("jane")
    await furnished(jane, make, object_permission={"vector_stores": ["handbook"]})
    async with remembering() as desk:
        jane = desk.welcome(jane)
        first = await jane.read("/teams")
        assert [team["object_permission"]["vector_stores"] for team in first] == [["handbook"]] * TEAMS
        counted.forget()
        # Another key in one of the teams changes the list of teams, but not their objects.
        await jane.issue(unique("laptop"))
        await jane.read("/teams")
        assert counted.calls().count("GET /team/info") == 0


async def test_calls_are_counted_by_route(remembering: OpenDesk, as_person: SignIn) -> None:
    async with remembering() as desk:
        await load(desk.welcome(await as_person("jane")))
        assert desk.app.state.services.counters.upstream_calls["GET /key/list"] == 1
        assert desk.app.state.services.counters.misses > 0
