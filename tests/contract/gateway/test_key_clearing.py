"""The meaning of null and empty in `/key/update`: never "unchanged", often "unlimited"."""

from datetime import timedelta

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person
from tests.support.upstream.reading import key_of, lifetime_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("field", ["max_budget", "tpm_limit", "rpm_limit", "key_alias"])
async def test_null_clears_a_field(gateway: Gateway, make: Maker, field: str) -> None:
    key = await make.key(max_budget=1, tpm_limit=5, rpm_limit=5)
    answer = await gateway.post("/key/update", key=key.token, **{field: None})
    assert answer.status == 200
    assert (await key_of(gateway, key))[field] is None


@pytest.mark.since("1.108.14")
async def test_null_clears_the_budget_period_and_its_next_reset(gateway: Gateway, make: Maker) -> None:
    key = await make.key(max_budget=1, budget_duration="30d")
    await gateway.post("/key/update", key=key.token, budget_duration=None)
    stored = await key_of(gateway, key)
    assert (stored["budget_duration"], stored["budget_reset_at"]) == (None, None)


@pytest.mark.parametrize("never", [None, "-1"])
async def test_a_key_without_a_duration_never_expires(
    gateway: Gateway, make: Maker, never: str | None
) -> None:
    key = await make.key(duration="30d")
    answer = await gateway.post("/key/update", key=key.token, duration=never)
    assert answer.status == 200
    assert (await key_of(gateway, key))["expires"] is None


async def test_a_lifetime_of_centuries_is_accepted(gateway: Gateway, make: Maker) -> None:
    key = await make.key(duration="30d")
    await gateway.post("/key/update", key=key.token, duration="99999d")
    assert lifetime_of(await key_of(gateway, key)) >= timedelta(days=99999)


@pytest.mark.since("1.108.14")
async def test_no_models_means_every_model(gateway: Gateway, make: Maker) -> None:
    key = await make.key(models=["gpt-4o-mini"])
    assert (await gateway.chat(key.secret, "premium-xl")).status == 403
    await gateway.post("/key/update", key=key.token, models=[])
    assert (await gateway.chat(key.secret, "premium-xl")).status == 200


@pytest.mark.since("1.108.14")
async def test_no_budget_means_no_limit(gateway: Gateway, make: Maker) -> None:
    key = await make.key(max_budget=0)
    assert (await gateway.chat(key.secret)).status == 422
    await gateway.post("/key/update", key=key.token, max_budget=None)
    assert (await gateway.chat(key.secret)).status == 200


async def test_an_owner_can_unblock_a_key_with_an_update(
    gateway: Gateway, make: Maker, alice: Person
) -> None:
    key = await make.key(alice)
    await gateway.post("/key/block", key=key.token)
    await gateway.post("/key/update", key=key.token, blocked=False)
    assert (await key_of(gateway, key))["blocked"] is False
    assert (await gateway.chat(key.secret)).status == 200


async def test_empty_metadata_empties_it(gateway: Gateway, make: Maker) -> None:
    key = await make.key(metadata={"created_via": "keydesk"})
    await gateway.post("/key/update", key=key.token, metadata={})
    assert (await key_of(gateway, key))["metadata"] == {}


@pytest.mark.alone
async def test_null_metadata_breaks_a_key_until_it_is_replaced(
    gateway: Gateway, make: Maker, alice: Person
) -> None:
    """Such a key does not work, breaks the full list of keys and cannot even be deleted."""
    key = await make.key(alice)
    answer = await gateway.post("/key/update", key=key.token, metadata=None)
    try:
        assert answer.status == 200
        assert (await gateway.chat(key.secret)).status == 401
        listed = await gateway.get("/key/list", user_id=alice.user_id, return_full_object="true")
        assert listed.status == 500
        assert (await gateway.post("/key/delete", keys=[key.token])).status == 500
    finally:
        await gateway.post("/key/update", key=key.token, metadata={})
    assert (await gateway.chat(key.secret)).status == 200
