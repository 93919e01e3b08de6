"""Completions with expired keys."""

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker

pytestmark = pytest.mark.anyio


@pytest.mark.since("1.108.14")
async def test_an_expired_key_does_not_work(gateway: Gateway, make: Maker) -> None:
    key = await make.key(duration="0s")
    answer = await gateway.chat(key.secret)
    assert (answer.status, answer.error["type"]) == (401, "expired_key")
    assert answer.error["message"].startswith("Authentication Error - Expired Key. Key Expiry time ")


async def test_a_refusal_shows_only_the_end_of_the_expired_key(gateway: Gateway, make: Maker) -> None:
    key = await make.key(duration="0s")
    answer = await gateway.chat(key.secret)
    assert answer.error["param"].startswith("sk-...")
    assert key.secret not in str(answer.body)


@pytest.mark.since("1.108.14")
async def test_the_lifetime_of_an_expired_key_can_be_extended(gateway: Gateway, make: Maker) -> None:
    key = await make.key(duration="0s")
    assert (await gateway.chat(key.secret)).status == 401
    await gateway.post("/key/update", key=key.token, duration="1h")
    assert (await gateway.chat(key.secret)).status == 200


async def test_an_update_can_expire_a_key(gateway: Gateway, make: Maker) -> None:
    key = await make.key(duration="30d")
    assert (await gateway.chat(key.secret)).status == 200
    await gateway.post("/key/update", key=key.token, duration="0s")
    assert (await gateway.chat(key.secret)).error["type"] == "expired_key"
