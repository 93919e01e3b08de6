"""The policy for lifetimes applies however a key is created, updated or extended."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keydesk.audit.policy import Filter
from tests.contract.service.test_opencode import OPENCODE, connected
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor
from tests.support.desk.people import PLATFORM_TEAM
from tests.support.desk.problems import assert_problem
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique

pytestmark = pytest.mark.anyio
MONTH = {"key_lifetimes": {"longest": "30d", "default": "7d"}}


@pytest.fixture
async def strict(desk_with: OpenDesk) -> AsyncIterator[Desk]:
    async with desk_with(litellm=MONTH | OPENCODE) as desk:
        yield desk


@pytest.fixture
async def jane(strict: Desk, as_person: SignIn) -> Visitor:
    return strict.welcome(await as_person("jane"))


def days_left(key: dict[str, Any]) -> float:
    left = datetime.fromisoformat(key["expires_at"]) - datetime.now(UTC)
    return round(left / timedelta(days=1), 2)


async def generate(visitor: Visitor, **fields: Any) -> Any:
    return await visitor.post("/keys/generate", alias=unique("laptop"), max_budget=1.0, **fields)


async def test_a_key_without_a_lifetime_gets_the_default(jane: Visitor) -> None:
    assert days_left((await generate(jane)).json()) == 7


@pytest.mark.parametrize("duration", ["31d", "1mo", "1y", None])
async def test_a_lifetime_above_the_maximum_is_refused(jane: Visitor, duration: str | None) -> None:
    answer = await generate(jane, duration=duration)
    problem = assert_problem(answer, 403, "policy-refused", param="duration")
    assert problem["hint"] in ("The maximum is 30d.", "Set duration to a value such as 7d.")
    assert await jane.read("/keys") == []


async def test_updates_obey_the_policy(jane: Visitor) -> None:
    key_id = (await generate(jane, duration="1d")).json()["token"]
    for duration in ("31d", None):
        answer = await jane.post(f"/keys/{key_id}/update", duration=duration)
        assert_problem(answer, 403, "policy-refused", param="duration")
    assert days_left(await jane.key(key_id)) == 1
    assert days_left((await jane.post(f"/keys/{key_id}/update", duration="30d")).json()) == 30


async def test_other_updates_of_a_key_that_violates_the_policy_are_possible(
    as_person: SignIn, strict: Desk
) -> None:
    jane = await as_person("jane")
    key_id = (await jane.issue(unique("endless")))["token"]
    assert (await strict.welcome(jane).post(f"/keys/{key_id}/update", rpm_limit=5)).status_code == 200


async def test_a_slot_gets_the_longest_lifetime_that_the_policy_allows(
    desk_with: OpenDesk, as_person: SignIn
) -> None:
    async with desk_with(litellm=OPENCODE | {"key_lifetimes": {"longest": "2d"}}) as desk:
        jane = desk.welcome(await as_person("jane"))
        await connected(jane)
        (key,) = await jane.read("/keys")
        assert days_left(key) == 2


async def test_team_keys_and_roles_have_their_own_rules(
    desk_with: OpenDesk, as_person: SignIn, make: Maker
) -> None:
    lifetimes = {
        "longest": "30d",
        "team_keys": {"longest": "90d"},
        "roles": [{"group": PLATFORM_TEAM, "longest": "2d"}],
    }
    jane, olga = await as_person("jane"), await as_person("olga")
    team = await make.team(jane.person, olga.person, models=["gpt-4o"])
    async with desk_with(litellm={"key_lifetimes": lifetimes}) as desk:
        jane, olga = desk.welcome(jane), desk.welcome(olga)
        assert (await generate(jane, duration="90d")).status_code == 403
        assert days_left((await generate(jane, duration="90d", team_id=team.team_id)).json()) == 90
        assert (await generate(olga, duration="3d", team_id=team.team_id)).status_code == 403
        shown = [(await each.read("/config"))["keyLifetimes"] for each in (jane, olga)]
    longest = [(each["personalKeys"]["longest"], each["teamKeys"]["longest"]) for each in shown]
    assert longest == [("30d", "90d"), ("2d", "2d")]


async def test_an_extension_counts_from_now_and_cannot_be_stockpiled(jane: Visitor) -> None:
    key_id = (await generate(jane, duration="20d")).json()["token"]
    for _ in range(2):
        answer = await jane.post(f"/keys/{key_id}/extend", duration="30d")
        assert (answer.status_code, days_left(answer.json())) == (200, 30)
    assert days_left(await jane.key(key_id)) == 30
    assert_problem(
        await jane.post(f"/keys/{key_id}/extend", duration="31d"), 403, "policy-refused", "duration"
    )
    assert_problem(await jane.post(f"/keys/{key_id}/extend", duration="29d"), 409, "conflict", "duration")
    assert days_left(await jane.key(key_id)) == 30


async def test_an_expired_key_works_again_unless_the_policy_forbids_it(
    desk_with: OpenDesk, as_person: SignIn, gateway: Gateway
) -> None:
    jane = await as_person("jane")
    issued = await jane.issue(unique("laptop"), duration="1s")
    await gateway.post("/key/update", key=issued["key"], duration="0s")
    path = f"/keys/{issued['token']}"
    async with desk_with(litellm={"key_lifetimes": {"extend_expired": False}}) as strict:
        for what in ("extend", "update"):
            answer = await strict.welcome(jane).post(f"{path}/{what}", duration="1d")
            assert_problem(answer, 403, "policy-refused", param="duration")
    assert (await jane.post(f"{path}/extend", duration="1d")).status_code == 200
    assert (await gateway.chat(issued["key"])).status == 200


async def test_a_blocked_key_is_not_extended(jane: Visitor) -> None:
    key_id = (await generate(jane)).json()["token"]
    await jane.post(f"/keys/{key_id}/block")
    before = await jane.key(key_id)
    assert_problem(await jane.post(f"/keys/{key_id}/extend", duration="30d"), 403, "policy-refused")
    assert await jane.key(key_id) == before


async def test_a_key_without_an_expiration_is_not_extended_without_a_policy(as_person: SignIn) -> None:
    jane = await as_person("jane")
    key_id = (await jane.issue(unique("endless")))["token"]
    assert_problem(await jane.post(f"/keys/{key_id}/extend", duration="30d"), 409, "conflict")
    assert (await jane.key(key_id))["expires_at"] is None


async def test_extensions_are_audited_and_only_of_own_keys(
    jane: Visitor, strict: Desk, as_person: SignIn
) -> None:
    key_id = (await generate(jane, duration="2d")).json()["token"]
    before = (await jane.key(key_id))["expires_at"]
    bob = strict.welcome(await as_person("bob"))
    assert_problem(await bob.post(f"/keys/{key_id}/extend", duration="30d"), 404, "not-found")
    await jane.post(f"/keys/{key_id}/extend", duration="30d")
    page = await strict.app.state.services.audit_reader.page(Filter(action="extended"), 1, 100)
    (log,) = [log for log in page.audit_logs if log.object_id == key_id]
    assert (log.outcome, log.updated_values) == ("succeeded", {"duration": "30d"})
    assert datetime.fromisoformat(log.before_value["expires_at"]) == datetime.fromisoformat(before)
