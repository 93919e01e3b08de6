"""Rotation: a key gets a new secret under the same id, and the previous one works until the overlap ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest

from tests.support.desk.desk import OpenDesk, SignIn, Visitor
from tests.support.desk.problems import assert_problem
from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import OVER_BUDGET, Answer, Gateway
from tests.support.upstream.making import token_of, unique

pytestmark = pytest.mark.anyio
LIMITS = {
    "models": ["gpt-4o-mini", "gpt-4o"],
    "max_budget": 2.5,
    "budget_duration": "30d",
    "duration": "60d",
    "rpm_limit": 500,
    "tpm_limit": 100_000,
}
CHANGED = {
    "key",
    "token",
    "created_at",
    "last_active_at",
    "previous_secret_expires_at",
    "expires_at",
    "spend",
}


@pytest.fixture
async def jane(as_person: SignIn) -> Visitor:
    return await as_person("jane")


async def rotated(visitor: Visitor, key_id: str, **body: Any) -> dict[str, Any]:
    answer = await visitor.post(f"/keys/{key_id}/rotate", **body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def secret_in_litellm(gateway: Gateway, secret: str) -> dict[str, Any]:
    answer = await gateway.get("/key/info", key=token_of(secret))
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.body["info"]
    return found


async def test_both_secrets_work_and_the_key_stays_the_same(jane: Visitor, gateway: Gateway) -> None:
    issued = await jane.issue(unique("laptop"), **LIMITS, metadata={"purpose": "tests"})
    before = await jane.key(issued["token"])
    found = await rotated(jane, issued["token"])
    assert found["token"] == issued["token"]
    assert found["key"] != issued["key"]
    assert (await gateway.chat(issued["key"])).status == 200
    assert (await gateway.chat(found["key"])).status == 200
    (after,) = await jane.read("/keys")
    assert {name: after[name] for name in after.keys() - CHANGED} == {
        name: before[name] for name in before.keys() - CHANGED
    }
    assert (after["token"], after["created_at"]) == (before["token"], before["created_at"])
    lost = datetime.fromisoformat(after["expires_at"]) - datetime.fromisoformat(before["expires_at"])
    assert abs(lost) <= timedelta(seconds=2)
    ends_in = datetime.fromisoformat(after["previous_secret_expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23) < ends_in <= timedelta(hours=24)
    assert found["previous_secret_expires_at"] == after["previous_secret_expires_at"]
    assert (await secret_in_litellm(gateway, found["key"]))["metadata"]["keydesk_labels"] == {
        "purpose": "tests"
    }


async def test_litellm_itself_ends_the_previous_secret(jane: Visitor, gateway: Gateway) -> None:
    issued = await jane.issue(unique("laptop"))
    found = await rotated(jane, issued["token"], overlap="2s")
    assert (await gateway.chat(issued["key"])).status == 200
    await anyio.sleep(3)
    assert not await gateway.accepts(issued["key"])
    assert (await gateway.chat(found["key"])).status == 200


async def test_without_an_overlap_the_previous_secret_ends_immediately(
    jane: Visitor, gateway: Gateway
) -> None:
    issued = await jane.issue(unique("laptop"))
    found = await rotated(jane, issued["token"], overlap="0s")
    assert not await gateway.accepts(issued["key"])
    assert (await gateway.chat(found["key"])).status == 200


async def test_the_previous_secret_can_be_ended_early(jane: Visitor, gateway: Gateway) -> None:
    issued = await jane.issue(unique("laptop"))
    found = await rotated(jane, issued["token"])
    ended = await jane.post(f"/keys/{issued['token']}/end_previous_secret")
    assert datetime.fromisoformat(ended.json()["previous_secret_expires_at"]) <= datetime.now(UTC)
    assert not await gateway.accepts(issued["key"])
    assert (await gateway.chat(found["key"])).status == 200
    assert (await jane.post(f"/keys/{issued['token']}/end_previous_secret")).status_code == 200


async def test_a_second_rotation_ends_the_oldest_secret(jane: Visitor, gateway: Gateway) -> None:
    issued = await jane.issue(unique("laptop"))
    second = await rotated(jane, issued["token"])
    third = await rotated(jane, issued["token"])
    assert not await gateway.accepts(issued["key"])
    assert (await gateway.chat(second["key"])).status == 200
    assert (await gateway.chat(third["key"])).status == 200
    assert len(await jane.read("/keys")) == 1


async def test_keys_that_do_not_work_are_not_rotated(jane: Visitor, gateway: Gateway) -> None:
    blocked = await jane.issue(unique("blocked"))
    await jane.post(f"/keys/{blocked['token']}/block")
    assert_problem(await jane.post(f"/keys/{blocked['token']}/rotate"), 403, "policy-refused")
    expired = await jane.issue(unique("expired"), duration="1s")
    await anyio.sleep(1.5)
    assert_problem(await jane.post(f"/keys/{expired['token']}/rotate"), 403, "policy-refused")
    deleted = await jane.issue(unique("deleted"))
    await jane.delete(f"/keys/{deleted['token']}")
    assert_problem(await jane.post(f"/keys/{deleted['token']}/rotate"), 404, "not-found")
    assert not await gateway.accepts(blocked["key"])


async def test_a_key_with_settings_that_keydesk_does_not_copy_is_not_rotated(
    jane: Visitor, gateway: Gateway
) -> None:
    issued = await jane.issue(unique("laptop"))
    await gateway.post("/key/update", key=token_of(issued["key"]), max_parallel_requests=3)
    assert_problem(await jane.post(f"/keys/{issued['token']}/rotate"), 403, "policy-refused")
    assert (await gateway.chat(issued["key"])).status == 200


async def test_the_longest_overlap_is_a_setting(desk_with: OpenDesk, jane: Visitor) -> None:
    async with desk_with(
        litellm={"key_generation": {"team_required": False, "longest_overlap": "1h"}}
    ) as desk:
        here = desk.welcome(jane)
        issued = await here.issue(unique("laptop"))
        refused = await here.post(f"/keys/{issued['token']}/rotate", overlap="2h")
        assert_problem(refused, 403, "policy-refused", param="overlap")
        found = await rotated(here, issued["token"])
        ends_in = datetime.fromisoformat(found["previous_secret_expires_at"]) - datetime.now(UTC)
        assert ends_in <= timedelta(hours=1)


async def test_changes_reach_both_secrets(jane: Visitor, gateway: Gateway) -> None:
    issued = await jane.issue(unique("laptop"), models=["gpt-4o-mini", "gpt-4o"])
    at = f"/keys/{issued['token']}"
    found = await rotated(jane, issued["token"])
    both = (issued["key"], found["key"])
    assert (await jane.post(f"{at}/block")).status_code == 200
    assert [await gateway.accepts(secret) for secret in both] == [False, False]
    assert (await jane.post(f"{at}/unblock")).status_code == 200
    assert [await gateway.accepts(secret) for secret in both] == [True, True]
    updated = await jane.post(f"{at}/update", models=["gpt-4o"], key_alias=unique("renamed"))
    assert updated.json()["models"] == ["gpt-4o"]
    assert [(await secret_in_litellm(gateway, secret))["models"] for secret in both] == [["gpt-4o"]] * 2
    assert (await jane.delete(at)).status_code == 200
    assert [await gateway.accepts(secret, "gpt-4o") for secret in both] == [False, False]
    assert await jane.read("/keys") == []


async def test_a_changed_budget_is_shared(jane: Visitor, gateway: Gateway) -> None:
    issued = await jane.issue(unique("laptop"), max_budget=4)
    found = await rotated(jane, issued["token"])
    updated = await jane.post(f"/keys/{issued['token']}/update", max_budget=8)
    assert updated.json()["max_budget"] == 8
    assert (await jane.key(issued["token"]))["max_budget"] == 8
    shares = [
        (await secret_in_litellm(gateway, secret))["max_budget"] for secret in (issued["key"], found["key"])
    ]
    assert shares == [4, 4]


async def test_both_secrets_together_stop_at_the_budget(jane: Visitor, gateway: Gateway) -> None:
    """LiteLLM lets each secret make a call or two after its share is used up, as it does with any budget."""
    issued = await jane.issue(unique("laptop"))
    at = f"/keys/{issued['token']}"
    cost = float((await short_chat(gateway, issued["key"])).headers["x-litellm-response-cost"])
    assert (await jane.post(f"{at}/update", max_budget=20 * cost)).status_code == 200

    async def spend() -> float:
        return float((await jane.key(issued["token"]))["spend"])

    await eventually(spend, bool)
    found = await rotated(jane, issued["token"])
    made = (
        1
        + await calls_until_refused(gateway, issued["key"])
        + await calls_until_refused(gateway, found["key"])
    )
    spent = await eventually(spend, lambda usd: usd >= (made - 0.5) * cost)
    assert 19.5 * cost < spent < 24.5 * cost
    assert (await jane.key(issued["token"]))["max_budget"] == pytest.approx(20 * cost)


async def short_chat(gateway: Gateway, secret: str) -> Answer:
    """Limit the answer, because LiteLLM reserves the price of the longest possible one during a call."""
    messages = [{"role": "user", "content": "hello"}]
    body = {"model": "gpt-4o-mini", "messages": messages, "max_tokens": 25}
    return await gateway.post("/v1/chat/completions", credential=secret, **body)


async def calls_until_refused(gateway: Gateway, secret: str) -> int:
    for made in range(100):
        answer = await short_chat(gateway, secret)
        if answer.status in OVER_BUDGET:
            return made
        assert answer.status == 200, answer
    raise AssertionError("the budget does not stop the secret")


async def test_spend_budget_and_reset_go_on(jane: Visitor, gateway: Gateway) -> None:
    issued = await jane.issue(unique("laptop"), max_budget=1.0, budget_duration="30d")
    for _ in range(3):
        assert (await gateway.chat(issued["key"])).status == 200

    async def shown() -> dict[str, Any]:
        return await jane.key(issued["token"])

    before = await eventually(shown, lambda key: key["spend"] > 0)
    found = await rotated(jane, issued["token"], overlap="0s")
    after = await shown()
    assert after["spend"] >= before["spend"]
    assert after["budget_reset_at"] == before["budget_reset_at"]
    assert (await gateway.chat(found["key"])).status == 200
    await eventually(shown, lambda key: key["spend"] > after["spend"])
