"""A mock completion with a virtual key: its format, its cost and the recorded spend."""

import pytest

from tests.support.upstream.eventually import eventually
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, VirtualKey
from tests.support.upstream.prices import cost_of_mini
from tests.support.upstream.reading import key_of, person_of, team_of

pytestmark = pytest.mark.anyio


async def test_a_completion_has_the_models_text_and_its_token_counts(
    gateway: Gateway, laptop_key: VirtualKey
) -> None:
    answer = await gateway.chat(laptop_key.secret)
    assert (answer.status, answer.body["model"], answer.body["object"]) == (
        200,
        "gpt-4o-mini",
        "chat.completion",
    )
    assert answer.body["choices"][0]["message"] == {"role": "assistant", "content": "hi from mini"}
    usage = answer.body["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["prompt_tokens"] > 0
    assert usage["completion_tokens"] > 0


async def test_a_completion_is_charged_by_its_tokens(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await gateway.chat(laptop_key.secret)
    usage = answer.body["usage"]
    cost = cost_of_mini(usage["prompt_tokens"], usage["completion_tokens"])
    assert float(answer.headers["x-litellm-response-cost"]) == pytest.approx(cost)


async def test_a_completion_names_the_release_and_its_model(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await gateway.chat(laptop_key.secret)
    assert answer.headers["x-litellm-version"] == gateway.upstream.version
    assert answer.headers["x-litellm-model-group"] == "gpt-4o-mini"
    assert answer.headers["x-litellm-call-id"] != ""


@pytest.mark.since("1.108.14")
async def test_spend_appears_on_the_key_the_team_and_the_member(
    gateway: Gateway, make: Maker, alice: Person
) -> None:
    team = await make.team(alice)
    key = await make.key(alice, team)
    cost = float((await gateway.chat(key.secret)).headers["x-litellm-response-cost"])

    async def spend() -> tuple[float, float]:
        return (await key_of(gateway, key))["spend"], (await team_of(gateway, team))["spend"]

    assert await eventually(spend, lambda seen: min(seen) > 0) == pytest.approx((cost, cost))
    body = (await gateway.get("/team/info", team_id=team.team_id)).body
    spent = {found["user_id"]: found["spend"] for found in body["team_memberships"]}
    assert spent == pytest.approx({alice.user_id: cost, "default_user_id": 0.0})


async def test_spend_of_all_keys_adds_up_on_the_person(gateway: Gateway, make: Maker, alice: Person) -> None:
    answers = [await gateway.chat((await make.key(alice)).secret) for _ in range(2)]
    total = sum(float(answer.headers["x-litellm-response-cost"]) for answer in answers)

    async def spend() -> float:
        found: float = (await person_of(gateway, alice))["spend"]
        return found

    assert await eventually(spend, lambda seen: seen > total * 0.99) == pytest.approx(total)


async def test_a_used_key_has_the_time_of_its_last_use(gateway: Gateway, laptop_key: VirtualKey) -> None:
    await gateway.chat(laptop_key.secret)

    async def last_active() -> str | None:
        found: str | None = (await key_of(gateway, laptop_key))["last_active"]
        return found

    seen = await eventually(last_active, lambda found: found is not None)
    assert str(seen) >= (await key_of(gateway, laptop_key))["created_at"]


async def test_an_unknown_model_is_refused(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await gateway.chat(laptop_key.secret, "no-such-model")
    assert answer.status == 400
    # The message differs while the gateway has a wildcard model, which other tests create.
    assert "model=no-such-model" in answer.error["message"]


@pytest.mark.since("1.108.14")
async def test_a_completion_needs_messages(gateway: Gateway, laptop_key: VirtualKey) -> None:
    answer = await gateway.post("/v1/chat/completions", credential=laptop_key.secret, model="gpt-4o-mini")
    assert answer.status == 400
    assert answer.error["message"] == "/chat/completions: Missing required parameter: 'messages'."
    assert answer.error["param"] == "messages"
