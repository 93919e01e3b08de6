"""How budgets of keys, people, teams and members limit completions."""

import pytest

from tests.support.upstream.gateway import OVER_BUDGET, Answer, Gateway
from tests.support.upstream.making import Maker, Person

pytestmark = pytest.mark.anyio

TINY = 0.0001


def over_budget(answer: Answer) -> bool:
    """Return whether a budget refused the call. The message varies with the exceeded budget."""
    kind = {"type": "budget_exceeded", "param": None, "code": str(answer.status)}
    return answer.status in OVER_BUDGET and {name: answer.error[name] for name in kind} == kind


@pytest.mark.since("1.108.14", partly=True)
async def test_a_key_is_refused_after_its_budget_is_exceeded(gateway: Gateway, make: Maker) -> None:
    key = await make.key(max_budget=TINY)
    assert (await gateway.chat(key.secret, "premium-xl")).status == 200
    refusal = await gateway.chat(key.secret, "premium-xl")
    assert over_budget(refusal)
    assert refusal.error["message"].startswith("Budget has been exceeded! Key=")
    assert refusal.error["message"].endswith(f"Max budget: {TINY}")


async def test_a_budget_of_zero_refuses_the_first_call(gateway: Gateway, make: Maker) -> None:
    key = await make.key(max_budget=0)
    refusal = await gateway.chat(key.secret)
    assert over_budget(refusal)
    assert refusal.error["message"].endswith("Current cost: 0.0, Max budget: 0.0")


async def test_a_raised_budget_applies_immediately(gateway: Gateway, make: Maker) -> None:
    key = await make.key(max_budget=0)
    assert over_budget(await gateway.chat(key.secret))
    await gateway.post("/key/update", key=key.token, max_budget=10)
    assert (await gateway.chat(key.secret)).status == 200


async def test_all_keys_of_a_person_share_their_budget(gateway: Gateway, make: Maker) -> None:
    bob = await make.person(max_budget=TINY)
    first, second = await make.key(bob), await make.key(bob)
    assert (await gateway.chat(first.secret, "premium-xl")).status == 200
    refusal = await gateway.chat(second.secret)
    assert over_budget(refusal)
    assert f"User={bob.user_id}" in refusal.error["message"]


async def test_a_persons_raised_budget_applies_immediately(gateway: Gateway, make: Maker) -> None:
    bob = await make.person(max_budget=TINY)
    key = await make.key(bob)
    await gateway.chat(key.secret, "premium-xl")
    assert over_budget(await gateway.chat(key.secret))
    await gateway.post("/user/update", user_id=bob.user_id, max_budget=1000)
    assert (await gateway.chat(key.secret)).status == 200


async def test_a_persons_budget_does_not_apply_to_their_team_keys(gateway: Gateway, make: Maker) -> None:
    bob = await make.person(max_budget=TINY)
    own_key, team_key = await make.key(bob), await make.key(bob, await make.team(bob))
    await gateway.chat(own_key.secret, "premium-xl")
    assert over_budget(await gateway.chat(own_key.secret))
    assert (await gateway.chat(team_key.secret)).status == 200


async def test_all_keys_of_a_team_share_its_budget(gateway: Gateway, make: Maker, alice: Person) -> None:
    team = await make.team(alice, max_budget=TINY)
    first, second = await make.key(alice, team), await make.key(alice, team)
    assert (await gateway.chat(first.secret, "premium-xl")).status == 200
    refusal = await gateway.chat(second.secret)
    assert over_budget(refusal)
    assert f"Team={team.team_id}" in refusal.error["message"]


@pytest.mark.since("1.108.14")
async def test_a_member_is_refused_at_their_own_budget_and_others_are_not(
    gateway: Gateway, make: Maker, alice: Person
) -> None:
    bob = await make.person()
    team = await make.team(bob)
    await gateway.post(
        "/team/member_add",
        team_id=team.team_id,
        member={"role": "user", "user_id": alice.user_id},
        max_budget_in_team=TINY,
    )
    hers, his = await make.key(alice, team), await make.key(bob, team)
    assert (await gateway.chat(hers.secret, "premium-xl")).status == 200
    refusal = await gateway.chat(hers.secret, "premium-xl")
    assert over_budget(refusal)
    assert f"TeamMember={alice.user_id}:{team.team_id}" in refusal.error["message"]
    assert (await gateway.chat(his.secret)).status == 200


async def test_a_negative_spend_allows_calls_beyond_the_budget(gateway: Gateway, make: Maker) -> None:
    key = await make.key(max_budget=0, spend=-5)
    assert (await gateway.chat(key.secret)).status == 200


async def test_metadata_can_raise_a_budget(gateway: Gateway, make: Maker) -> None:
    raised = {"temp_budget_increase": 100, "temp_budget_expiry": "2099-01-01"}
    key = await make.key(max_budget=0, metadata=raised)
    assert (await gateway.chat(key.secret)).status == 200


@pytest.mark.since("1.108.14")
async def test_a_spend_reset_makes_the_key_work_again(gateway: Gateway, make: Maker) -> None:
    key = await make.key(max_budget=5, spend=5)
    assert over_budget(await gateway.chat(key.secret))
    await gateway.post(f"/key/{key.token}/reset_spend", reset_to=0)
    assert (await gateway.chat(key.secret)).status == 200
