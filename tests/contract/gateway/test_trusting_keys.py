"""What `/key/generate` does not check, so that Keydesk must."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, unique
from tests.support.upstream.reading import key_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user_id", "nobody-at-all"),
        ("team_id", "no-such-team"),
        ("models", ["no-such-model"]),
        ("spend", -5.0),
        ("metadata", {"tags": ["free"]}),
        ("metadata", {"guardrails": ["none"]}),
        ("metadata", {"disable_global_guardrails": True}),
        ("metadata", {"model_rpm_limit": {"gpt-4o": 1}}),
        ("metadata", {"model_tpm_limit": {"gpt-4o": 1}}),
        ("metadata", {"temp_budget_increase": 100, "temp_budget_expiry": "2099-01-01"}),
        ("metadata", {"logging": [{"callback_name": "langfuse", "callback_type": "success"}]}),
        ("metadata", {"nested": {"deeper": [1, 2]}}),
    ],
)
async def test_every_sent_field_is_stored(gateway: Gateway, make: Maker, field: str, value: Any) -> None:
    key = await make.key(**{field: value})
    assert (await key_of(gateway, key))[field] == value


async def test_a_caller_can_choose_the_secret(gateway: Gateway, make: Maker) -> None:
    chosen = f"sk-{unique('chosen')}"
    key = await make.key(key=chosen)
    assert key.secret == chosen
    assert (await gateway.chat(chosen)).status == 200


async def test_an_unknown_field_is_dropped_silently(gateway: Gateway, make: Maker) -> None:
    key = await make.key(nonsense=1)
    assert "nonsense" not in await key_of(gateway, key)


async def test_a_key_without_an_owner_may_use_every_model(gateway: Gateway, make: Maker) -> None:
    key = await make.key(user_id=unique("nobody"))
    assert (await gateway.chat(key.secret, "premium-xl")).status == 200


@pytest.mark.since("1.108.14")
async def test_a_key_of_an_unknown_team_does_not_work(gateway: Gateway, make: Maker, alice: Person) -> None:
    nowhere = unique("nowhere")
    key = await make.key(alice, team_id=nowhere)
    answer = await gateway.chat(key.secret)
    assert (answer.status, answer.error["type"]) == (404, "auth_error")
    assert f"Team={nowhere}" in answer.error["message"]


async def test_a_person_outside_of_the_team_gets_a_key_of_the_team_and_its_models(
    gateway: Gateway, make: Maker
) -> None:
    team = await make.team(models=["claude-sonnet"])
    stranger = await make.person(models=["gpt-4o-mini"])
    key = await make.key(stranger, team)
    assert (await gateway.chat(key.secret, "claude-sonnet")).status == 200
