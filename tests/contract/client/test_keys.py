"""`client.keys` on a real gateway. Lists are in test_key_lists.py."""

from typing import Any

import pytest

from keydesk.litellm import BadRequest, Conflict, CreatedKey, KeyChanges, LiteLLM, NewKey, NotFound
from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, VirtualKey, token_of, unique

pytestmark = pytest.mark.anyio

UNKNOWN = "0" * 64


async def create(client: LiteLLM, make: Maker, **fields: Any) -> CreatedKey:
    """Create a key with the client."""
    created = await client.keys.create(NewKey(**({"key_alias": unique("laptop")} | fields)))
    make.tokens.append(created.token_hash)
    return created


async def test_a_created_key_contains_its_secret_once(client: LiteLLM, make: Maker, alice: Person) -> None:
    created = await create(client, make, user_id=alice.user_id, max_budget=1, duration="30d")
    secret = created.secret.get_secret_value()
    assert created.token_hash == token_of(secret)
    assert created.masked == f"sk-...{secret[-4:]}"
    assert secret not in repr(created)
    assert created.token_hash not in repr(created)


@pytest.mark.since("1.108.14")
async def test_a_created_key_is_read_back_as_sent(client: LiteLLM, make: Maker, alice: Person) -> None:
    sent = {"models": ("gpt-4o",), "max_budget": 1.0, "tpm_limit": 5, "metadata": {"created_via": "keydesk"}}
    created = await create(client, make, user_id=alice.user_id, **sent)
    stored = await client.keys.get(created.token_hash)
    assert stored is not None
    assert stored.model_dump(include=set(sent)) == sent
    assert (stored.key_alias, stored.user_id, stored.team_id) == (created.key_alias, alice.user_id, None)
    assert (stored.key_type, stored.blocked, stored.expires_at) == ("llm_api", False, None)
    assert stored.created_at is not None


async def test_a_created_key_calls_models_and_cannot_manage_anything(
    client: LiteLLM, gateway: Gateway, make: Maker, alice: Person
) -> None:
    secret = (await create(client, make, user_id=alice.user_id)).secret.get_secret_value()
    assert (await gateway.chat(secret)).status == 200
    assert (await gateway.post("/key/generate", credential=secret)).status == 403


async def test_an_unknown_key_is_none(client: LiteLLM) -> None:
    assert await client.keys.get(UNKNOWN) is None


async def test_a_deleted_key_is_none(client: LiteLLM, laptop_key: VirtualKey) -> None:
    await client.keys.delete(laptop_key.token)
    assert await client.keys.get(laptop_key.token) is None


async def test_an_alias_in_use_is_a_conflict(client: LiteLLM, make: Maker, laptop_key: VirtualKey) -> None:
    with pytest.raises(Conflict) as refusal:
        await create(client, make, key_alias=laptop_key.alias)
    assert refusal.value.param == "key_alias"


async def test_renaming_to_an_alias_in_use_is_a_conflict(
    client: LiteLLM, make: Maker, laptop_key: VirtualKey
) -> None:
    other = await make.key()
    with pytest.raises(Conflict) as refusal:
        await client.keys.update(other.token, KeyChanges(key_alias=laptop_key.alias))
    assert refusal.value.param == "key_alias"


@pytest.mark.since("1.108.14", partly=True)
@pytest.mark.parametrize(
    ("field", "value"), [("duration", "banana"), ("budget_duration", "banana"), ("max_budget", -1)]
)
async def test_an_invalid_value_is_a_bad_request_with_its_field(
    client: LiteLLM, make: Maker, field: str, value: Any
) -> None:
    with pytest.raises(BadRequest) as refusal:
        await create(client, make, **{field: value})
    assert refusal.value.param == field


async def test_an_update_keeps_other_fields(client: LiteLLM, make: Maker) -> None:
    key = await make.key(max_budget=1, models=["gpt-4o"], duration="30d", metadata={"by": "keydesk"})
    before = await client.keys.get(key.token)
    after = await client.keys.update(key.token, KeyChanges(max_budget=2, rpm_limit=5))
    assert before is not None
    changed = {"max_budget": 2.0, "rpm_limit": 5}
    changed |= {name: getattr(after, name) for name in ("updated_at", "settings_updated_at")}
    assert after == before.model_copy(update=changed)
    assert after == await client.keys.get(key.token)


@pytest.mark.since("1.108.14")
async def test_none_clears_limits_and_the_expiry(client: LiteLLM, make: Maker) -> None:
    key = await make.key(max_budget=1, budget_duration="30d", tpm_limit=5, rpm_limit=5, duration="30d")
    cleared = {"max_budget": None, "budget_duration": None, "tpm_limit": None, "rpm_limit": None}
    after = await client.keys.update(key.token, KeyChanges(**cleared, duration=None))
    assert after.model_dump(include=set(cleared)) == cleared
    assert (after.expires_at, after.budget_reset_at) == (None, None)


async def test_no_models_is_every_model(client: LiteLLM, gateway: Gateway, make: Maker) -> None:
    key = await make.key(models=["gpt-4o-mini"])
    await client.keys.update(key.token, KeyChanges(models=()))
    assert (await gateway.chat(key.secret, "premium-xl")).status == 200


async def test_a_blocked_key_does_not_work_until_it_is_unblocked(
    client: LiteLLM, gateway: Gateway, laptop_key: VirtualKey
) -> None:
    await client.keys.block(laptop_key.token)
    stored = await client.keys.get(laptop_key.token)
    assert stored is not None
    assert stored.blocked
    assert (await gateway.chat(laptop_key.secret)).status == 401
    await client.keys.unblock(laptop_key.token)
    assert (await gateway.chat(laptop_key.secret)).status == 200


async def test_spend_is_reset(client: LiteLLM, make: Maker) -> None:
    key = await make.key(spend=3)
    await client.keys.reset_spend(key.token)
    stored = await client.keys.get(key.token)
    assert stored is not None
    assert stored.spend == 0.0


async def test_spend_can_only_be_reduced(client: LiteLLM, laptop_key: VirtualKey) -> None:
    with pytest.raises(BadRequest):
        await client.keys.reset_spend(laptop_key.token, to_usd=5)


async def test_updating_an_unknown_key_is_not_found(client: LiteLLM) -> None:
    with pytest.raises(NotFound):
        await client.keys.update(UNKNOWN, KeyChanges(max_budget=1))


@pytest.mark.parametrize("verb", ["block", "unblock", "delete", "reset_spend"])
async def test_every_action_on_an_unknown_key_is_not_found(client: LiteLLM, verb: str) -> None:
    with pytest.raises(NotFound) as refusal:
        await getattr(client.keys, verb)(UNKNOWN)
    assert not refusal.value.route_missing
