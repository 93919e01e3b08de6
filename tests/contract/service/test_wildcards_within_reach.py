"""A wildcard gives neither a team nor a key a model of an access group that is not allowed.

In LiteLLM, `local/*` also allows `local/secret` (tests/contract/gateway/test_wildcards.py).
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.support.desk.desk import Visitor
from tests.support.desk.managing import TeamOffice
from tests.support.desk.people import Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique
from tests.support.upstream.reading import tokens_of
from tests.support.upstream.wildcards import MODEL_REFUSED, Local, local_models

pytestmark = pytest.mark.anyio
Managing = Callable[[Local], AbstractAsyncContextManager[Visitor]]


@pytest.fixture
async def local(make: Maker) -> Local:
    return await local_models(make)


@pytest.fixture
def manager(office: TeamOffice) -> Managing:
    """Olga, whose teams may have the models of the group with the wildcard."""

    @asynccontextmanager
    async def managing(local: Local) -> AsyncIterator[Visitor]:
        rules = {"allowed_models": [local.other], "allowed_model_access_groups": [local.open]}
        async with office.open(rules=rules) as desk:
            yield await office.person(desk, "olga")

    return managing


@pytest.mark.parametrize("asked", ["secret", "wildcard", "closed"])
async def test_a_team_gets_no_model_outside_of_the_allowlists(
    office: TeamOffice, manager: Managing, local: Local, asked: str
) -> None:
    name = getattr(local, asked)
    async with manager(local) as olga:
        refused = await office.try_to_create(olga, models=[name])
        team = await office.create(olga, models=[local.other])
        changed = await olga.patch(f"/teams/{team['team_id']}", models=[name])
    for answer in (refused, changed):
        problem = assert_problem(answer, 403, "policy-refused", param="models")
        assert f'"{name}"' in problem["error"]
        assert all(f'"{given}"' in problem["hint"] for given in (local.other, local.open))
        assert local.wildcard not in problem["hint"]


async def test_a_team_gets_the_group_and_the_names_that_its_wildcard_serves(
    office: TeamOffice, manager: Managing, gateway: Gateway, make: Maker, local: Local
) -> None:
    async with manager(local) as olga:
        for asked in (local.open, local.any):
            team = await office.create(olga, models=[asked])
            key = await make.key(models=[], team_id=team["team_id"])
            assert (await gateway.chat(key.secret, local.any)).status == 200
            assert (await gateway.chat(key.secret, local.secret)).status in MODEL_REFUSED


@pytest.mark.parametrize("pattern", ["{}/x|*", "{}/s*", "{}/.*", "[{}/*"])
async def test_only_wildcards_of_the_gateway_are_accepted(
    office: TeamOffice, manager: Managing, local: Local, pattern: str
) -> None:
    """LiteLLM would interpret `local/x|*` as everything."""
    async with manager(local) as olga:
        refused = await office.try_to_create(olga, models=[pattern.format(local.place)])
    assert_problem(refused, 422, "invalid-request", param="models")


@pytest.fixture
def jane_with(office: TeamOffice, make: Maker, scene: Scene) -> Managing:
    """Jane, whose account has the group with the wildcard, on a Keydesk without cached models."""

    @asynccontextmanager
    async def with_group(local: Local) -> AsyncIterator[Visitor]:
        await make.person(user_id=scene.user_id("jane"), models=[local.open, local.other])
        async with office.open() as desk:
            yield await office.person(desk, "jane")

    return with_group


async def open_team_of(jane: Visitor, make: Maker) -> str:
    """Return a team of hers that may use every model."""
    team = await make.team(jane.person, models=[])
    return team.team_id


@pytest.mark.parametrize("asked", ["secret", "wildcard", "closed"])
async def test_a_key_gets_no_model_outside_of_its_owners_and_its_teams(
    jane_with: Managing, make: Maker, local: Local, asked: str
) -> None:
    wanted = {"max_budget": 1.0, "models": [getattr(local, asked)]}
    async with jane_with(local) as jane:
        team_id = await open_team_of(jane, make)
        for request in (wanted, wanted | {"team_id": team_id}):
            refused = await jane.post("/keys/generate", alias=unique("laptop"), **request)
            problem = assert_problem(refused, 403, "policy-refused", param="models")
            assert f'"{getattr(local, asked)}"' in problem["error"]


async def test_a_stored_list_has_no_wildcard_that_allows_more(
    jane_with: Managing, gateway: Gateway, make: Maker, local: Local
) -> None:
    async with jane_with(local) as jane:
        issued = await jane.issue(unique("laptop"), team_id=await open_team_of(jane, make))
    assert issued["models"] == [local.other]
    assert (await gateway.chat(issued["key"], local.secret)).status in MODEL_REFUSED


async def test_an_access_group_that_needs_a_license_is_refused_with_the_reason(
    jane_with: Managing, gateway: Gateway, local: Local
) -> None:
    async with jane_with(local) as jane:
        refused = await jane.post(
            "/keys/generate", alias=unique("laptop"), max_budget=1.0, models=[local.open]
        )
        problem = assert_problem(refused, 403, "policy-refused", param="models")
        assert "Enterprise licence" in problem["error"]
        assert await tokens_of(gateway, jane.person) == []
