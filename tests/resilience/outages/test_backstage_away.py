"""All of Backstage is unavailable: signing keys, catalog and permission service. Nobody gets a wrong account."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from keydesk.settings import Settings
from tests.resilience.outages.conftest import OpenDesk
from tests.resilience.outages.town import ORDINARY_BUDGET, POWER_BUDGET, Town, told_to_come_back
from tests.support.desk.problems import assert_problem
from tests.support.peers.backstage import Backstage

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Return:
    """How it recovers. With new signing keys, the previous ones are gone, because they were only in memory."""

    with_new_keys: bool

    def of(self, backstage: Backstage) -> None:
        backstage.comes_back(with_new_keys=self.with_new_keys)


RETURNS = {"as it was": Return(with_new_keys=False), "with new keys": Return(with_new_keys=True)}


@pytest.fixture(params=RETURNS)
def returns(request: pytest.FixtureRequest) -> Callable[[Backstage], None]:
    return RETURNS[request.param].of


async def test_known_people_can_read(at_backstage: Town, backstage: Backstage) -> None:
    jane = await at_backstage.knows("jane")
    laptop = await jane.issue("laptop")
    fresh = at_backstage.arrives("jane")
    backstage.is_killed()

    at_backstage.clock.pass_by(minutes=55)
    for visitor in (jane, fresh):
        assert (await visitor.read("/user/info"))["max_budget"] == POWER_BUDGET
        assert [key["token"] for key in await visitor.read("/keys")] == [laptop["token"]]
        for path in ("/models", "/teams", "/usage"):
            await visitor.read(path)


async def test_recently_allowed_changes_succeed_and_later_ones_are_denied(
    at_backstage: Town, backstage: Backstage
) -> None:
    jane = await at_backstage.knows("jane")
    laptop = await jane.issue("laptop")
    backstage.is_killed()
    at_backstage.clock.pass_by(seconds=9)
    assert (await jane.post(f"/keys/{laptop['token']}/block")).status_code == 200

    at_backstage.litellm.forget()
    at_backstage.clock.pass_by(seconds=1)
    for change, permission in (
        (jane.post("/keys/generate", alias="phone", max_budget=5.0), "litellm.key.create"),
        (jane.post(f"/keys/{laptop['token']}/unblock"), "litellm.key.manage"),
        (jane.delete(f"/keys/{laptop['token']}"), "litellm.key.revoke"),
    ):
        problem = assert_problem(await change, 403, "permission-missing")
        assert problem["permission"] == permission
    assert at_backstage.litellm.calls == []


async def test_a_new_person_is_rejected_and_later_gets_the_right_account(
    at_backstage: Town, backstage: Backstage, returns: Callable[[Backstage], None]
) -> None:
    await at_backstage.knows("bob")
    jane = at_backstage.arrives("jane")
    backstage.is_killed()
    seconds = told_to_come_back(await jane.get("/user/info"))
    assert at_backstage.litellm.changes == []

    returns(backstage)
    at_backstage.clock.pass_by(seconds=max(seconds, 30))
    jane = at_backstage.arrives("jane")
    account = await jane.read("/user/info")
    assert (account["user_id"], account["max_budget"]) == ("jane", POWER_BUDGET)
    assert at_backstage.litellm.changes == ["POST /user/new"]
    await jane.issue("laptop")


async def test_people_can_sign_in_once_it_recovers_after_a_start_without_it(
    on_backstage: Settings, open_at: OpenDesk, at_backstage: Town, backstage: Backstage,
    returns: Callable[[Backstage], None],
) -> None:  # fmt: skip
    bob, jane = await at_backstage.knows("bob"), at_backstage.arrives("jane")
    backstage.is_killed()

    async with open_at(on_backstage) as desk:
        for visitor in (bob, jane):
            seconds = told_to_come_back(
                await desk.welcome(visitor).get("/user/info"), "identity-provider-unavailable"
            )
        assert at_backstage.litellm.changes == []

        returns(backstage)
        at_backstage.clock.pass_by(seconds=seconds)
        for name, budget in (("bob", ORDINARY_BUDGET), ("jane", POWER_BUDGET)):
            account = await desk.welcome(at_backstage.arrives(name)).read("/user/info")
            assert (account["user_id"], account["max_budget"]) == (name, budget)
    assert at_backstage.litellm.changes == ["POST /user/new"]


async def test_unknown_keys_cost_a_failing_backstage_one_call_at_a_time(
    at_backstage: Town, backstage: Backstage
) -> None:
    jane = await at_backstage.knows("jane")
    at_backstage.clock.pass_by(minutes=1)
    backstage.token_keys.falls_ill()
    calls_before = backstage.token_keys.calls

    for attempt in range(4):
        for number in range(15):
            junk = backstage.token_with_key_id(f"junk-{attempt}-{number}")
            answer = await at_backstage.arrives("mallory", junk).get("/user/info")
            told_to_come_back(answer, "identity-provider-unavailable")
        assert (await jane.read("/user/info"))["user_id"] == "jane"
        assert backstage.token_keys.calls - calls_before == attempt + 1
        at_backstage.clock.pass_by(seconds=5)
    assert at_backstage.litellm.changes == []


async def test_tokens_with_unknown_keys_are_rejected_after_it_recovers(
    at_backstage: Town, backstage: Backstage
) -> None:
    await at_backstage.knows("jane")
    backstage.is_killed()
    at_backstage.clock.pass_by(minutes=1)
    junk = at_backstage.arrives("mallory", backstage.token_with_key_id("junk"))
    seconds = told_to_come_back(await junk.get("/user/info"), "identity-provider-unavailable")

    backstage.comes_back()
    at_backstage.clock.pass_by(seconds=seconds)
    assert_problem(await junk.get("/user/info"), 401, "not-signed-in")
    assert at_backstage.litellm.calls == []


async def test_an_invalid_signature_is_rejected_during_the_outage(
    at_backstage: Town, backstage: Backstage
) -> None:
    await at_backstage.knows("jane")
    backstage.is_killed()
    forged = at_backstage.arrives("jane", backstage.token_with_key_id("user-key-1"))

    assert_problem(await forged.get("/user/info"), 401, "not-signed-in")
    assert at_backstage.litellm.calls == []
