"""While the OpenID Connect issuer is unavailable, only tokens that can be verified are accepted."""

from collections.abc import Callable

import pytest

from keydesk.settings import Settings
from tests.resilience.outages.conftest import OpenDesk
from tests.resilience.outages.town import ORDINARY_BUDGET, POWER_BUDGET, POWER_USERS, Town, told_to_come_back
from tests.support.desk.problems import assert_problem
from tests.support.peers.oidc import Form, Issuer

pytestmark = pytest.mark.anyio

UNCHECKED = "identity-provider-unavailable"


@pytest.fixture(params=["rfc9068", "keycloak"])
def form(request: pytest.FixtureRequest) -> Form:
    found: Form = request.param
    return found


@pytest.fixture(params=[False, True], ids=["as it was", "with new keys"])
def comes_back(request: pytest.FixtureRequest, issuer: Issuer) -> Callable[[], None]:
    return lambda: issuer.comes_back(with_new_keys=request.param)


async def test_known_people_can_read_and_change(at_issuer: Town, issuer: Issuer, form: Form) -> None:
    first = at_issuer.arrives("jane", issuer.token_of("jane", POWER_USERS, form=form))
    assert (await first.read("/user/info"))["max_budget"] == POWER_BUDGET
    later = at_issuer.arrives("jane", issuer.token_of("jane", POWER_USERS, form=form, jti="another"))
    issuer.is_killed()

    at_issuer.clock.pass_by(minutes=4)
    for number, visitor in enumerate((first, later)):
        await visitor.issue(f"laptop-{number}")
        assert len(await visitor.read("/keys")) == number + 1
    assert at_issuer.litellm.new_accounts == ["jane"]


async def test_a_new_person_with_a_verifiable_token_gets_the_right_account(
    at_issuer: Town, issuer: Issuer, form: Form
) -> None:
    await at_issuer.knows("bob")
    jane = at_issuer.arrives("jane", issuer.token_of("jane", POWER_USERS, form=form))
    issuer.is_killed()

    account = await jane.read("/user/info")
    assert (account["user_id"], account["max_budget"]) == ("jane", POWER_BUDGET)


async def test_a_new_person_with_an_unverifiable_token_is_rejected_until_it_recovers(
    on_issuer: Settings, open_at: OpenDesk, at_issuer: Town, issuer: Issuer, comes_back: Callable[[], None]
) -> None:
    bob, jane = await at_issuer.knows("bob"), at_issuer.arrives("jane")
    issuer.is_killed()

    async with open_at(on_issuer) as desk:
        for visitor in (bob, jane):
            seconds = told_to_come_back(await desk.welcome(visitor).get("/user/info"), UNCHECKED)
        assert at_issuer.litellm.changes == []

        comes_back()
        at_issuer.clock.pass_by(seconds=seconds)
        for name, budget in (("bob", ORDINARY_BUDGET), ("jane", POWER_BUDGET)):
            account = await desk.welcome(at_issuer.arrives(name)).read("/user/info")
            assert (account["user_id"], account["max_budget"]) == (name, budget)
    assert at_issuer.litellm.changes == ["POST /user/new"]


async def test_keys_that_change_during_the_outage_are_read_afterwards(
    at_issuer: Town, issuer: Issuer
) -> None:
    bob = await at_issuer.knows("bob")
    issuer.is_killed()
    at_issuer.clock.pass_by(minutes=1)
    issuer.comes_back(with_new_keys=True)
    issuer.is_killed()

    jane = at_issuer.arrives("jane")
    seconds = told_to_come_back(await jane.get("/user/info"), UNCHECKED)
    assert (await bob.read("/user/info"))["user_id"] == "bob"
    assert at_issuer.litellm.changes == []

    issuer.comes_back()
    at_issuer.clock.pass_by(seconds=seconds)
    assert (await jane.read("/user/info"))["max_budget"] == POWER_BUDGET


async def test_unknown_keys_cost_a_failing_issuer_one_call_at_a_time(at_issuer: Town, issuer: Issuer) -> None:
    jane = await at_issuer.knows("jane")
    at_issuer.clock.pass_by(minutes=1)
    issuer.discovery.falls_ill()
    calls_before = issuer.discovery.calls

    for attempt in range(4):
        for number in range(15):
            junk = at_issuer.arrives("mallory", issuer.token_with_key_id(f"junk-{attempt}-{number}"))
            told_to_come_back(await junk.get("/user/info"), UNCHECKED)
        assert (await jane.read("/user/info"))["user_id"] == "jane"
        assert issuer.discovery.calls - calls_before == attempt + 1
        at_issuer.clock.pass_by(seconds=5)
    assert at_issuer.litellm.changes == []


async def test_a_known_address_without_keys_is_an_outage_too(at_issuer: Town, issuer: Issuer) -> None:
    issuer.keys.falls_ill()
    jane = at_issuer.arrives("jane")

    seconds = told_to_come_back(await jane.get("/user/info"), UNCHECKED)
    assert at_issuer.litellm.changes == []

    issuer.keys.recovers()
    at_issuer.clock.pass_by(seconds=seconds)
    assert (await jane.read("/user/info"))["max_budget"] == POWER_BUDGET


async def test_an_invalid_signature_is_rejected_during_the_outage(at_issuer: Town, issuer: Issuer) -> None:
    await at_issuer.knows("jane")
    issuer.is_killed()
    head, claims, _ = issuer.token_of("jane").split(".")
    forged = at_issuer.arrives("jane", f"{head}.{claims}.{'A' * 342}")

    assert_problem(await forged.get("/user/info"), 401, "not-signed-in")
    assert at_issuer.litellm.calls == []
