"""Another model for an account or a key of a team: what LiteLLM had before comes back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.contract.service.requests.conftest import REQUESTS, Office, approve, asked, tomorrow
from tests.support.desk.desk import Desk, Visitor
from tests.support.desk.problems import assert_problem
from tests.support.upstream.making import unique

pytestmark = pytest.mark.anyio
KINDS = ["account_budget", "account_models", "key_models"]
FEW: dict[str, Any] = {"litellm": {"provisioning": {"defaults": {"models": ["gpt-4o-mini"]}}}}
MODEL = {"kind": "account_models", "max_budget": None, "model": "premium-xl"}


def settings(**changes: Any) -> dict[str, Any]:
    return FEW | {"requests": REQUESTS | {"kinds": KINDS}} | changes


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    async with office.open(**settings()) as desk:
        yield desk


async def models_of(office: Office, visitor: Visitor) -> list[str]:
    found: list[str] = (await office.user_row(visitor))["models"]
    return found


async def test_an_account_is_the_same_before_and_after_a_model(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    before = await office.user_row(jane)
    request = await asked(jane, **MODEL, until=tomorrow(office))
    assert (request["requested"]["model"], request["previous_models"]) == ("premium-xl", ["gpt-4o-mini"])
    await approve(olga, request)
    during = await office.user_row(jane)
    assert during.pop("models") == ["gpt-4o-mini", "premium-xl"]
    assert during == {name: value for name, value in before.items() if name != "models"}
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    assert await office.user_row(jane) == before


async def test_the_key_of_a_team_is_the_same_before_and_after_a_model(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    team = await office.make.team(jane.person, models=["gpt-4o-mini", "premium-xl"])
    issued = await jane.issue(unique("laptop"), team_id=team.team_id, models=["gpt-4o-mini"], duration="30d")
    before = await office.key_row(issued)
    fields = MODEL | {"kind": "key_models", "key_id": issued["token"]}
    answer = await jane.post("/requests", **fields | {"model": "gpt-4o", "reason": "A project"})
    assert_problem(answer, 403, "policy-refused", param="model")
    await approve(olga, await asked(jane, **fields, until=tomorrow(office)))
    during = await office.key_row(issued)
    assert during.pop("models") == ["gpt-4o-mini", "premium-xl"]
    assert during == {name: value for name, value in before.items() if name != "models"}
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    assert await office.key_row(issued) == before


async def test_a_key_of_a_team_cannot_get_a_model_that_the_account_has_for_a_time(
    office: Office, jane: Visitor, olga: Visitor
) -> None:
    """LiteLLM does not apply the list of the account to such a key, so that it would keep the model."""
    team = await office.make.team(jane.person, models=["gpt-4o-mini", "premium-xl"])
    await approve(olga, await asked(jane, **MODEL, until=tomorrow(office)))
    body = {"alias": unique("laptop"), "max_budget": 1.0, "models": ["premium-xl"]}
    answer = await jane.post("/keys/generate", **body, team_id=team.team_id)
    assert_problem(answer, 403, "policy-refused", param="models")
    assert (await jane.post("/keys/generate", **body)).status_code == 200


async def test_models_that_nobody_can_get_are_refused(office: Office) -> None:
    few = settings(requests=REQUESTS | {"kinds": KINDS, "models": ["standard"]})
    async with office.open(**few) as desk:
        jane = await office.person(desk, "jane")
        refused = {"premium-xl": 403, "unknown": 422, "all-proxy-models": 422, "gpt-4o-mini": 403}
        for name, status in refused.items():
            answer = await jane.post("/requests", **MODEL | {"model": name, "reason": "A project"})
            assert (answer.status_code, answer.json()["param"]) == (status, "model"), name
        await asked(jane, **MODEL | {"model": "standard"})
        personal = await jane.issue(unique("laptop"))
        key = {"kind": "key_models", "key_id": personal["token"], "model": "gpt-4o", "reason": "A project"}
        assert_problem(await jane.post("/requests", **key), 403, "policy-refused")


async def test_a_kind_that_is_off_is_refused(office: Office) -> None:
    async with office.open(**FEW) as desk:
        jane = await office.person(desk, "jane")
        answer = await jane.post("/requests", **MODEL, reason="A project")
        assert_problem(answer, 403, "policy-refused", param="kind")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"kind": "account_models"}, "model"),
        ({"kind": "account_models", "model": "premium-xl", "max_budget": 5.0}, "max_budget"),
        ({"kind": "key_models", "model": "premium-xl"}, "key_id"),
        ({"kind": "account_budget", "model": "premium-xl", "max_budget": 50.0}, "model"),
        ({"kind": "unknown"}, "kind"),
    ],
)
async def test_each_kind_has_its_own_members(jane: Visitor, fields: dict[str, Any], param: str) -> None:
    answer = await jane.post("/requests", **fields, reason="A project")
    assert_problem(answer, 422, "invalid-request", param=param)


async def test_resynchronization_keeps_models_and_moves_their_base(office: Office) -> None:
    async with office.open(**settings()) as desk:
        jane, olga = await office.person(desk, "jane"), await office.person(desk, "olga")
        request = await asked(jane, **MODEL, until=tomorrow(office))
        resync = desk.app.state.services.resync_accounts
        await asyncio.gather(resync.apply(), approve(olga, request), resync.apply())
        assert await models_of(office, jane) == ["gpt-4o-mini", "premium-xl"]
    more = {"provisioning": {"defaults": {"models": ["gpt-4o-mini", "gpt-4o"], "max_budget": 30.0}}}
    async with office.open(**settings(litellm=more)) as desk:
        jane = await office.person(desk, "jane")
        assert set(await models_of(office, jane)) == {"gpt-4o-mini", "gpt-4o", "premium-xl"}
        office.clock.by = timedelta(days=1)
        await asyncio.gather(desk.app.state.services.resync_accounts.apply(), office.settle(desk))
        assert set(await models_of(office, jane)) == {"gpt-4o-mini", "gpt-4o"}
        plan = await desk.app.state.services.resync_accounts.plan()
        assert [each for each in plan.differences if each.user_id == jane.user_id] == []


async def test_two_models_end_at_their_own_time(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    before = await office.user_row(jane)
    for model, days in (("premium-xl", 2), ("gpt-4o", 1)):
        await approve(olga, await asked(jane, **MODEL | {"model": model}, until=tomorrow(office, days=days)))
    assert await models_of(office, jane) == ["gpt-4o-mini", "premium-xl", "gpt-4o"]
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    assert await models_of(office, jane) == ["gpt-4o-mini", "premium-xl"]
    office.clock.by = timedelta(days=2)
    await office.settle(desk)
    assert await office.user_row(jane) == before


async def test_a_model_that_ends_and_is_granted_again_in_the_same_second(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    await approve(olga, await asked(jane, **MODEL, until=tomorrow(office, hours=1)))
    second = await asked(jane, **MODEL, until=tomorrow(office, hours=3))
    office.clock.by = timedelta(hours=1)
    await asyncio.gather(office.settle(desk), approve(olga, second))
    await office.settle(desk)
    assert await models_of(office, jane) == ["gpt-4o-mini", "premium-xl"]
    office.clock.by = timedelta(hours=3)
    await office.settle(desk)
    assert await models_of(office, jane) == ["gpt-4o-mini"]


async def test_only_the_granted_model_is_taken_back(
    desk: Desk, office: Office, jane: Visitor, olga: Visitor
) -> None:
    await approve(olga, await asked(jane, **MODEL, until=tomorrow(office)))
    await office.gateway.post("/user/update", user_id=jane.user_id, models=["gpt-4o", "premium-xl"])
    office.clock.by = timedelta(days=1)
    await office.settle(desk)
    assert await models_of(office, jane) == ["gpt-4o"]
