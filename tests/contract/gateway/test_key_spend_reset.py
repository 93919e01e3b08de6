"""`/key/{hash}/reset_spend`."""

from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, VirtualKey
from tests.support.upstream.reading import key_of

pytestmark = pytest.mark.anyio


@pytest.fixture
async def spent_key(make: Maker) -> VirtualKey:
    """A key that has spent 3 of its 5 dollars."""
    return await make.key(spend=3, max_budget=5)


async def test_spend_is_reset_and_both_amounts_are_returned(gateway: Gateway, spent_key: VirtualKey) -> None:
    answer = await gateway.post(f"/key/{spent_key.token}/reset_spend", reset_to=0)
    assert answer.status == 200
    assert answer.body == {
        "key_hash": spent_key.token,
        "spend": 0.0,
        "previous_spend": 3.0,
        "max_budget": 5.0,
        "budget_reset_at": None,
    }
    assert (await key_of(gateway, spent_key))["spend"] == 0.0


@pytest.mark.parametrize(
    ("reset_to", "detail"),
    [
        (5, {"error": "reset_to (5.0) must be <= current spend (3.0)"}),
        (-1, {"error": "reset_to must be >= 0"}),
    ],
)
async def test_spend_can_only_be_reduced(
    gateway: Gateway, spent_key: VirtualKey, reset_to: float, detail: Any
) -> None:
    answer = await gateway.post(f"/key/{spent_key.token}/reset_spend", reset_to=reset_to)
    assert (answer.status, answer.detail) == (400, detail)
    assert (await key_of(gateway, spent_key))["spend"] == 3.0


async def test_an_unknown_key_is_404(gateway: Gateway) -> None:
    answer = await gateway.post(f"/key/{'0' * 64}/reset_spend", reset_to=0)
    assert (answer.status, answer.detail) == (404, {"error": f"Key {'0' * 64} not found."})


async def test_the_amount_is_required(gateway: Gateway, spent_key: VirtualKey) -> None:
    answer = await gateway.post(f"/key/{spent_key.token}/reset_spend")
    assert answer.status == 422
    assert (answer.detail[0]["type"], answer.detail[0]["loc"]) == ("missing", ["body", "reset_to"])


async def test_an_owner_cannot_reset_their_own_spend(gateway: Gateway, make: Maker) -> None:
    alice = await make.person()
    key = await make.key(alice, key_type="default", spend=3)
    answer = await gateway.post(f"/key/{key.token}/reset_spend", credential=key.secret, reset_to=0)
    assert answer.status == 403
    assert answer.detail == {"error": "You must be a proxy admin or team admin to reset key spend"}
