"""The keys of people who leave the catalog are blocked until they return. An outage blocks nobody."""

from typing import Any

import pytest

from keydesk.jobs.resync_accounts import Plan, ResyncAccounts
from keydesk.settings import Settings
from tests.resilience.outages.conftest import OpenDesk
from tests.resilience.outages.town import POWER_BUDGET, Town
from tests.support.desk.desk import Desk, Visitor
from tests.support.desk.problems import assert_problem
from tests.support.peers.backstage import Backstage
from tests.support.peers.condition import Trouble

pytestmark = pytest.mark.anyio

LONGER_THAN_ANYTHING_IS_REMEMBERED = {"hours": 25}


async def resync(desk: Desk) -> Plan:
    """Run the job that runs every ten minutes."""
    job: ResyncAccounts = desk.app.state.services.resync_accounts
    return await job.apply()


async def works(town: Town, key: dict[str, Any]) -> bool:
    """Return whether LiteLLM accepts the key."""
    return await town.litellm.lets_in(key["key"])


async def two_keys(jane: Visitor) -> tuple[dict[str, Any], dict[str, Any]]:
    """One key in use, and one that Jane has blocked."""
    laptop, old = await jane.issue("laptop"), await jane.issue("old")
    assert (await jane.post(f"/keys/{old['token']}/block")).status_code == 200
    return laptop, old


async def leave(town: Town, backstage: Backstage) -> Plan:
    """Jane leaves the catalog, and Keydesk detects it."""
    backstage.forgets("jane")
    town.clock.pass_by(minutes=11)
    return await resync(town.desk)


def come_back(town: Town, backstage: Backstage) -> None:
    backstage.knows("jane", "prompt-team", email="jane@example.com")
    town.clock.pass_by(minutes=11)


async def test_only_the_keys_of_leavers_are_blocked(at_backstage: Town, backstage: Backstage) -> None:
    jane, bob = await at_backstage.knows("jane"), await at_backstage.knows("bob")
    laptop, _ = await two_keys(jane)
    bobs = await bob.issue("bobs")
    at_backstage.litellm.forget()

    plan = await leave(at_backstage, backstage)
    assert [record.user_id for record in plan.leavers] == ["jane"]
    assert at_backstage.litellm.changes == ["POST /key/block"]
    assert not await works(at_backstage, laptop)
    assert await works(at_backstage, bobs)

    for answer in (
        await at_backstage.arrives("jane").get("/keys"),
        await at_backstage.arrives("jane").post("/keys/generate", alias="another", max_budget=5.0),
    ):
        assert_problem(answer, 403, "not-an-account")
    assert (await resync(at_backstage.desk)).leavers == []


@pytest.mark.parametrize("by", ["job", "visit"])
async def test_exactly_those_keys_are_unblocked_on_return(
    at_backstage: Town, backstage: Backstage, by: str
) -> None:
    laptop, old = await two_keys(await at_backstage.knows("jane"))
    await leave(at_backstage, backstage)
    come_back(at_backstage, backstage)
    at_backstage.litellm.forget()

    if by == "job":
        plan = await resync(at_backstage.desk)
        assert [record.user_id for record in plan.returners] == ["jane"]
    jane = at_backstage.arrives("jane")
    assert (await jane.read("/user/info"))["max_budget"] == POWER_BUDGET
    assert at_backstage.litellm.changes == ["POST /key/unblock"]
    assert (await works(at_backstage, laptop), await works(at_backstage, old)) == (True, False)
    assert (await jane.key(old["token"]))["blocked"] is True
    await jane.issue("new")


async def test_all_accounts_are_read_from_the_catalog_in_one_request(
    at_backstage: Town, backstage: Backstage
) -> None:
    names = ("jane", "bob", "carol")
    for name in names:
        backstage.knows(name, "prompt-team")
        await at_backstage.knows(name)
    at_backstage.clock.pass_by(minutes=11)
    backstage.looked_up.clear()

    assert (await resync(at_backstage.desk)).accounts == 3
    assert sorted(backstage.looked_up[0]) == sorted(f"user:default/{name}" for name in names)


async def test_a_key_that_an_administrator_blocked_meanwhile_stays_blocked(
    at_backstage: Town, backstage: Backstage
) -> None:
    laptop, _ = await two_keys(await at_backstage.knows("jane"))
    await leave(at_backstage, backstage)
    await at_backstage.litellm.as_administrator("/key/unblock", key=laptop["key"])
    await at_backstage.litellm.as_administrator("/key/block", key=laptop["key"])
    come_back(at_backstage, backstage)

    await resync(at_backstage.desk)
    assert not await works(at_backstage, laptop)


async def test_a_suspension_that_litellm_rejected_is_retried(
    at_backstage: Town, backstage: Backstage
) -> None:
    laptop, _ = await two_keys(await at_backstage.knows("jane"))
    at_backstage.litellm.fails_at("/key/block")
    await leave(at_backstage, backstage)
    assert await works(at_backstage, laptop)

    at_backstage.litellm.recovers()
    await resync(at_backstage.desk)
    assert not await works(at_backstage, laptop)


async def test_a_return_that_litellm_rejected_is_retried(at_backstage: Town, backstage: Backstage) -> None:
    laptop, old = await two_keys(await at_backstage.knows("jane"))
    await leave(at_backstage, backstage)
    come_back(at_backstage, backstage)
    at_backstage.litellm.fails_at("/key/unblock")
    await resync(at_backstage.desk)
    assert not await works(at_backstage, laptop)

    at_backstage.litellm.recovers()
    await resync(at_backstage.desk)
    assert (await works(at_backstage, laptop), await works(at_backstage, old)) == (True, False)


@pytest.mark.parametrize("trouble", [None, *Trouble])
async def test_an_outage_suspends_nobody(
    at_backstage: Town, backstage: Backstage, trouble: Trouble | None
) -> None:
    laptop, _ = await two_keys(await at_backstage.knows("jane"))
    if trouble is None:
        backstage.loses_its_catalog()
    else:
        backstage.catalog.falls_ill(trouble)
    at_backstage.clock.pass_by(**LONGER_THAN_ANYTHING_IS_REMEMBERED)
    at_backstage.litellm.forget()

    plan = await resync(at_backstage.desk)
    assert (plan.accounts, plan.unknown, plan.leavers) == (1, 1, [])
    assert at_backstage.litellm.changes == []
    assert await works(at_backstage, laptop)


async def test_a_leaver_has_no_access_during_an_outage(at_backstage: Town, backstage: Backstage) -> None:
    await two_keys(await at_backstage.knows("jane"))
    await leave(at_backstage, backstage)
    backstage.loses_its_catalog()
    at_backstage.clock.pass_by(minutes=1)
    at_backstage.litellm.forget()

    jane = at_backstage.arrives("jane")
    for answer in (await jane.get("/keys"), await jane.post("/keys/generate", alias="new", max_budget=5.0)):
        assert answer.status_code in {403, 503}, answer.text
    assert at_backstage.litellm.changes == []


async def test_a_leaver_has_no_access_after_a_restart_without_the_catalog(
    at_backstage: Town, backstage: Backstage, on_backstage: Settings, open_at: OpenDesk
) -> None:
    await two_keys(await at_backstage.knows("jane"))
    await leave(at_backstage, backstage)
    backstage.loses_its_catalog()
    at_backstage.litellm.forget()

    async with open_at(on_backstage) as desk:
        jane = desk.welcome(at_backstage.arrives("jane"))
        answer = await jane.post("/keys/generate", alias="new", max_budget=5.0)
    assert answer.status_code in {403, 503}, answer.text
    assert at_backstage.litellm.changes == []


async def account_from_before(town: Town, name: str) -> None:
    """An account that the Backstage plugin created before Keydesk was installed."""
    metadata = {"backstage_entity": f"user:default/{name}"}
    await town.litellm.as_administrator(
        "/user/new", user_id=name, auto_create_key=False, user_role="internal_user", metadata=metadata
    )


async def test_the_keys_of_an_older_account_are_blocked_as_well(
    at_backstage: Town, backstage: Backstage
) -> None:
    await account_from_before(at_backstage, "jane")
    laptop = await (await at_backstage.knows("jane")).issue("laptop")
    await leave(at_backstage, backstage)
    assert not await works(at_backstage, laptop)

    come_back(at_backstage, backstage)
    await resync(at_backstage.desk)
    assert await works(at_backstage, laptop)


async def test_a_leaver_from_before_the_installation_gets_no_keys(
    at_backstage: Town, backstage: Backstage
) -> None:
    await account_from_before(at_backstage, "jane")
    backstage.forgets("jane")

    answer = await at_backstage.arrives("jane").post("/keys/generate", alias="new", max_budget=5.0)
    assert_problem(answer, 403, "not-an-account")
    assert at_backstage.litellm.changes == []


async def test_nobody_is_suspended_when_the_catalog_seems_empty(
    at_backstage: Town, backstage: Backstage
) -> None:
    names = [f"person-{number}" for number in range(12)]
    for name in names:
        backstage.knows(name)
        await at_backstage.knows(name)
    await (await at_backstage.knows("jane")).issue("laptop")
    for name in [*names, "jane"]:
        backstage.forgets(name)
    at_backstage.clock.pass_by(minutes=11)
    at_backstage.litellm.forget()

    assert (await resync(at_backstage.desk)).loses_too_many
    assert at_backstage.litellm.changes == []


async def test_a_replica_with_a_stale_directory_entry_does_not_lift_the_suspension(
    at_backstage: Town, backstage: Backstage, on_backstage: Settings, open_at: OpenDesk
) -> None:
    jane = await at_backstage.knows("jane")
    laptop, _ = await two_keys(jane)
    backstage.forgets("jane")
    async with open_at(on_backstage) as other:
        await other.app.state.services.resync_accounts.apply()
        assert not await works(at_backstage, laptop)
        at_backstage.litellm.forget()
        # This replica's entry is seconds old, so it does not read it from the catalog.
        assert_problem(await jane.post("/keys/generate", alias="new", max_budget=5.0), 403, "not-an-account")
        await resync(at_backstage.desk)
    assert at_backstage.litellm.changes == []
    assert not await works(at_backstage, laptop)


async def test_a_replica_with_a_stale_absence_does_not_suspend_a_person_who_returned(
    at_backstage: Town, backstage: Backstage
) -> None:
    laptop, _ = await two_keys(await at_backstage.knows("jane"))
    backstage.forgets("jane")
    at_backstage.clock.pass_by(minutes=11)
    assert (await at_backstage.arrives("jane").get("/keys")).status_code == 403
    backstage.knows("jane", "prompt-team", email="jane@example.com")

    plan = await resync(at_backstage.desk)
    assert [record.user_id for record in plan.leavers] == ["jane"]
    assert await works(at_backstage, laptop)
