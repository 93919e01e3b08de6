"""What all keys of a person may have together: every way around it is refused."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from keydesk.allowances.given_up import RECORDED_AFTER
from tests.contract.service.test_opencode import connected
from tests.support.desk.configuring import Surroundings
from tests.support.desk.desk import Desk, OpenDesk, SignIn, Visitor, open_desk
from tests.support.desk.later import Later
from tests.support.desk.people import PLATFORM_TEAM, Scene
from tests.support.desk.problems import assert_problem
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, unique

pytestmark = pytest.mark.anyio
MONTHLY: dict[str, Any] = {"budget_duration": "30d"}
ALLOWANCE = {"usd_per_month": 10.0, "roles": [{"group": PLATFORM_TEAM, "usd_per_month": 40.0}]}
OPENCODE = {"enabled": True, "key_duration": "7d", "max_budget": 50.0}


@pytest.fixture
async def strict(desk_with: OpenDesk) -> AsyncIterator[Desk]:
    async with desk_with(litellm={"key_allowances": ALLOWANCE, "opencode": OPENCODE}) as desk:
        yield desk


@pytest.fixture
async def jane(strict: Desk, as_person: SignIn) -> Visitor:
    """Jane's keys may have ten dollars a month together."""
    return strict.welcome(await as_person("jane"))


async def ask(visitor: Visitor, usd: float | None, **fields: Any) -> httpx2.Response:
    body = {"alias": unique("laptop"), "max_budget": usd} | MONTHLY | fields
    return await visitor.post("/keys/generate", **body)


def refused(answer: httpx2.Response, left: float | None = None, param: str = "max_budget") -> None:
    """Check that the refusal names the field, and what is left."""
    problem = assert_problem(answer, 403, "policy-refused", param=param)
    assert left is None or problem["allowance"]["left"] == pytest.approx(left)


async def month(visitor: Visitor) -> dict[str, Any]:
    (window,) = (await visitor.read("/limits/allowance"))["windows"]
    found: dict[str, Any] = window
    return found


async def spend(gateway: Gateway, issued: dict[str, Any], usd: float) -> None:
    assert (await gateway.post("/key/update", key=issued["key"], spend=usd)).status == 200


async def test_many_keys_have_no_more_than_one(jane: Visitor) -> None:
    for _ in range(3):
        await jane.issue(unique("laptop"), max_budget=3.0, **MONTHLY)
    refused(await ask(jane, 2.0), left=1.0)
    await jane.issue(unique("laptop"), max_budget=1.0, **MONTHLY)
    assert (await month(jane))["left"] == 0.0


async def test_keys_in_teams_count_like_personal_ones(jane: Visitor, make: Maker) -> None:
    """A team of one is no way around, and neither are several."""
    teams = [await make.team(jane.person, models=["gpt-4o"]) for _ in range(2)]
    await jane.issue(unique("laptop"), max_budget=6.0, team_id=teams[0].team_id, **MONTHLY)
    refused(await ask(jane, 5.0, team_id=teams[1].team_id), left=4.0)
    refused(await ask(jane, 5.0), left=4.0)


async def test_a_key_that_moves_to_another_team_still_counts(
    jane: Visitor, make: Maker, gateway: Gateway
) -> None:
    team = await make.team(jane.person, models=["gpt-4o"])
    issued = await jane.issue(unique("laptop"), max_budget=6.0, models=["gpt-4o"], **MONTHLY)
    assert (await gateway.post("/key/update", key=issued["key"], team_id=team.team_id)).status == 200
    refused(await ask(jane, 5.0), left=4.0)


async def test_an_update_cannot_get_more_than_a_new_key(jane: Visitor) -> None:
    await jane.issue(unique("laptop"), max_budget=6.0, **MONTHLY)
    small = (await jane.issue(unique("laptop"), max_budget=1.0, **MONTHLY))["token"]
    for changes in (
        {"max_budget": 5.0},
        {"budget_duration": "1d"},
        {"max_budget": 4.0, "budget_duration": "7d"},
    ):
        refused(await jane.post(f"/keys/{small}/update", **changes), left=4.0)
    assert (await jane.key(small))["max_budget"] == 1.0
    assert (await jane.post(f"/keys/{small}/update", max_budget=4.0)).status_code == 200


async def test_a_shorter_period_counts_for_the_whole_month(jane: Visitor) -> None:
    refused(await ask(jane, 0.5, budget_duration="1d"), left=10.0)
    assert (await ask(jane, 0.3, budget_duration="1d")).status_code == 200
    assert (await month(jane))["used"] == pytest.approx(9.0)


async def test_parallel_requests_do_not_all_get_the_last_room(desk_with: OpenDesk, jane: Visitor) -> None:
    key_id = (await jane.issue(unique("laptop"), max_budget=1.0, **MONTHLY))["token"]
    async with desk_with(litellm={"key_allowances": ALLOWANCE}) as other:
        janes = [jane, other.welcome(jane)]
        answers = await asyncio.gather(
            *(ask(janes[number % 2], 3.0) for number in range(6)),
            *(each.post(f"/keys/{key_id}/update", max_budget=5.0) for each in janes),
            *(each.post(f"/keys/{key_id}/rotate") for each in janes),
        )
    created = sum(answer.status_code == 200 for answer in answers[:6])
    assert created >= 1
    for answer in answers[:8]:
        if answer.status_code != 200:
            refused(answer)
    held = sum(key["max_budget"] for key in await jane.read("/keys"))
    assert held <= 10.0
    assert (await month(jane))["used"] == held


async def test_a_deleted_key_counts_what_it_has_spent(jane: Visitor, gateway: Gateway) -> None:
    issued = await jane.issue(unique("laptop"), max_budget=8.0, **MONTHLY)
    await spend(gateway, issued, 7.0)
    assert (await jane.delete(f"/keys/{issued['token']}")).status_code == 200
    refused(await ask(jane, 3.5), left=3.0)
    shown = await month(jane)
    assert (shown["given_up"], shown["left"]) == (7.0, 3.0)
    assert (await ask(jane, 3.0)).status_code == 200


async def test_a_quick_deletion_does_not_hide_spend_that_litellm_records_later(
    surroundings: Surroundings, scene: Scene, jane: Visitor, gateway: Gateway
) -> None:
    clock, settings = (
        Later(),
        {"directory": {"people": scene.directory()}, "litellm": {"key_allowances": ALLOWANCE}},
    )
    async with open_desk(surroundings.settings(**settings), clock) as desk:
        jane = desk.welcome(jane)
        issued = [await jane.issue(unique("laptop"), max_budget=4.0, **MONTHLY) for _ in range(2)]
        for each in issued:
            assert (await gateway.chat(each["key"], model="gpt-4o")).status == 200
            assert (await jane.delete(f"/keys/{each['token']}")).status_code == 200
        # The spend of both is unknown: one counts as LiteLLM reports it, the other one completely.
        assert (await month(jane))["given_up"] >= 4.0
        today = f"{clock():%Y-%m-%d}"
        used = {"start_date": today, "end_date": today}
        total = await eventually(
            lambda: jane.read("/usage", **used), lambda usage: usage["successful_requests"] == 2
        )
        clock.by = RECORDED_AFTER
        assert 0.0 < (await month(jane))["given_up"] == pytest.approx(total["total_spend"], rel=0.01)


async def test_a_lowered_key_and_another_period_keep_what_was_spent(jane: Visitor, gateway: Gateway) -> None:
    issued = await jane.issue(unique("laptop"), max_budget=8.0, **MONTHLY)
    await spend(gateway, issued, 7.0)
    path = f"/keys/{issued['token']}/update"
    refused(await jane.post(path, max_budget=0.2, budget_duration="1d"), left=3.0)
    assert (await jane.post(path, max_budget=1.0)).status_code == 200
    refused(await ask(jane, 3.5), left=3.0)


async def test_a_rotated_key_counts_once(jane: Visitor) -> None:
    issued = await jane.issue(unique("laptop"), max_budget=8.0, **MONTHLY)
    for overlap in ("1h", "1h", "0s"):
        assert (await jane.post(f"/keys/{issued['token']}/rotate", overlap=overlap)).status_code == 200
        assert (await month(jane))["used"] == 8.0
    refused(await ask(jane, 3.0), left=2.0)
    refused(await jane.post(f"/keys/{issued['token']}/update", max_budget=11.0), left=10.0)


async def test_blocked_and_expired_keys_count_because_they_can_come_back(
    jane: Visitor, gateway: Gateway
) -> None:
    blocked = await jane.issue(unique("laptop"), max_budget=4.0, **MONTHLY)
    expired = await jane.issue(unique("laptop"), max_budget=4.0, duration="1d", **MONTHLY)
    await jane.post(f"/keys/{blocked['token']}/block")
    await gateway.post("/key/update", key=expired["key"], duration="0s")
    refused(await ask(jane, 3.0), left=2.0)
    assert (await jane.post(f"/keys/{expired['token']}/extend", duration="5d")).status_code == 200
    assert (await jane.post(f"/keys/{blocked['token']}/unblock")).status_code == 200
    assert (await month(jane))["used"] == 8.0


async def test_keys_from_litellm_count_before_and_after_they_are_adopted(jane: Visitor, make: Maker) -> None:
    """Adopting changes no budget, so that a key from before the allowance is shown and keeps working."""
    key = await make.key(jane.person, max_budget=12.0, **MONTHLY)
    refused(await ask(jane, 1.0), left=0.0)
    (listed,) = [each for each in await jane.read("/keys") if each["key_alias"] == key.alias]
    assert (await jane.post(f"/keys/{listed['token']}/adopt")).status_code == 200
    refused(await ask(jane, 1.0), left=0.0)
    assert (await jane.post(f"/keys/{listed['token']}/update", max_budget=11.0)).status_code == 200
    refused(await jane.post(f"/keys/{listed['token']}/update", max_budget=11.5))


async def test_a_role_has_its_own_allowance(strict: Desk, as_person: SignIn) -> None:
    olga = strict.welcome(await as_person("olga"))
    assert (await ask(olga, 40.0)).status_code == 200
    refused(await ask(olga, 1.0), left=0.0)


async def test_opencode_gets_what_is_left_and_its_next_key_no_more(jane: Visitor, gateway: Gateway) -> None:
    await jane.issue(unique("laptop"), max_budget=6.0, **MONTHLY)
    handed = await connected(jane)
    assert (await month(jane))["used"] == 10.0
    await spend(gateway, handed, 3.0)
    await connected(jane)
    assert (await month(jane))["used"] == 10.0
    (slot,) = [key for key in await jane.read("/keys") if str(key["key_alias"]).startswith("opencode-")]
    assert slot["max_budget"] == 1.0


async def test_rates_are_limited_together(desk_with: OpenDesk, as_person: SignIn) -> None:
    async with desk_with(litellm={"key_allowances": {"rpm_limit": 600, "tpm_limit": 1000}}) as desk:
        jane = desk.welcome(await as_person("jane"))
        # Without limits of its own, a key has those of the account: 500 requests and 100,000 tokens.
        refused(await ask(jane, 1.0), param="tpm_limit")
        refused(await ask(jane, 1.0, rpm_limit=601, tpm_limit=10), left=600, param="rpm_limit")
        assert (await ask(jane, 1.0, rpm_limit=500, tpm_limit=10)).status_code == 200
        refused(await ask(jane, 1.0, rpm_limit=101, tpm_limit=10), left=100, param="rpm_limit")
        shown = await jane.read("/limits/allowance")
        assert shown["windows"] == []
        assert shown["requests_per_minute"] == {"limit": 600, "used": 500, "left": 100}


async def test_a_resync_that_raises_the_account_breaks_no_key_and_leaves_no_room(
    desk_with: OpenDesk, as_person: SignIn
) -> None:
    """A personal key without a budget counts as the budget of the account, which an allowance does not limit."""
    unlimited = {
        "key_generation": {"allow_unlimited_budget": True},
        "key_allowances": {"usd_per_month": 30.0},
    }
    jane = await as_person("jane")
    async with desk_with(litellm=unlimited) as desk:
        jane = desk.welcome(jane)
        assert (await ask(jane, None, budget_duration=None)).status_code == 200
        assert (await ask(jane, None, budget_duration=None)).status_code == 200
        assert (await month(jane))["used"] == 25.0
        refused(await ask(jane, 6.0), left=5.0)
    raised = {"provisioning": {"defaults": {"max_budget": 40.0}}}
    async with desk_with(litellm=unlimited | raised) as desk:
        jane = desk.welcome(jane)
        assert (await jane.read("/user/info"))["max_budget"] == 40.0
        assert ((await month(jane))["used"], len(await jane.read("/keys"))) == (40.0, 2)
        refused(await ask(jane, 1.0), left=0.0)


async def test_nothing_is_limited_by_default(as_person: SignIn) -> None:
    jane = await as_person("jane")
    await jane.issue(unique("laptop"), max_budget=900_000.0, **MONTHLY)
    assert await jane.read("/limits/allowance") == {
        "windows": [],
        "requests_per_minute": None,
        "tokens_per_minute": None,
    }
