"""While the permission service is unavailable, requests that need a permission are denied, and others work."""

import pytest

from tests.resilience.outages.town import POWER_BUDGET, Town
from tests.support.desk.desk import Visitor
from tests.support.desk.problems import assert_problem
from tests.support.peers.backstage import Backstage
from tests.support.peers.condition import Trouble

pytestmark = pytest.mark.anyio

REMEMBERED_SECONDS, PAUSE_SECONDS = 10, 2


@pytest.fixture(params=Trouble)
def trouble(request: pytest.FixtureRequest) -> Trouble:
    found: Trouble = request.param
    return found


async def create_key(visitor: Visitor) -> int:
    answer = await visitor.post("/keys/generate", alias=f"laptop-of-{visitor.user_id}", max_budget=5.0)
    return answer.status_code


async def test_changes_are_denied_until_it_recovers(
    at_backstage: Town, backstage: Backstage, trouble: Trouble
) -> None:
    jane = await at_backstage.knows("jane")
    backstage.permissions.falls_ill(trouble)

    for path in ("/user/info", "/keys", "/models", "/teams", "/usage"):
        await jane.read(path)
    assert await create_key(jane) == 403
    assert at_backstage.litellm.changes == []

    backstage.permissions.recovers()
    at_backstage.clock.pass_by(seconds=PAUSE_SECONDS)
    assert await create_key(jane) == 200


async def test_repeated_requests_cause_no_calls_to_it(at_backstage: Town, backstage: Backstage) -> None:
    jane = await at_backstage.knows("jane")
    backstage.permissions.falls_ill()

    for _ in range(20):
        assert await create_key(jane) == 403
    assert backstage.permissions.calls == 1


async def test_a_recent_decision_is_still_valid(at_backstage: Town, backstage: Backstage) -> None:
    backstage.denies("bob", "litellm.key.create")
    jane, bob = await at_backstage.knows("jane"), await at_backstage.knows("bob")
    laptop = await jane.issue("laptop")
    assert await create_key(bob) == 403
    backstage.permissions.falls_ill()

    at_backstage.clock.pass_by(seconds=REMEMBERED_SECONDS - 1)
    assert (await jane.delete(f"/keys/{laptop['token']}")).status_code == 200
    assert await create_key(bob) == 403

    at_backstage.clock.pass_by(seconds=1)
    assert await create_key(jane) == 403


async def test_a_denial_is_valid_after_the_outage(at_backstage: Town, backstage: Backstage) -> None:
    backstage.denies("bob", "litellm.key.create")
    bob = await at_backstage.knows("bob")
    backstage.permissions.falls_ill()
    assert await create_key(bob) == 403

    backstage.permissions.recovers()
    at_backstage.clock.pass_by(seconds=PAUSE_SECONDS)
    problem = assert_problem(
        await bob.post("/keys/generate", alias="phone", max_budget=5.0), 403, "permission-missing"
    )
    assert problem["permission"] == "litellm.key.create"
    assert at_backstage.litellm.changes == []


async def test_a_new_person_still_gets_the_right_account(
    at_backstage: Town, backstage: Backstage, trouble: Trouble
) -> None:
    backstage.permissions.falls_ill(trouble)
    jane = at_backstage.arrives("jane")

    assert await create_key(jane) == 403
    assert at_backstage.litellm.calls == []

    assert (await jane.read("/user/info"))["max_budget"] == POWER_BUDGET
    assert at_backstage.litellm.changes == ["POST /user/new"]
