"""Completions with expired keys, and what changes when a key expires."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker
from tests.support.upstream.reading import key_of

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


@pytest.mark.parametrize("first", ["1d", "90d", None])
async def test_the_duration_of_an_update_counts_from_now(
    gateway: Gateway, make: Maker, first: str | None
) -> None:
    """Not from the creation and not from the previous expiration, so that lifetimes do not add up."""
    key = await (make.key(duration=first) if first else make.key())
    for _ in range(2):
        answer = await gateway.post("/key/update", key=key.token, duration="30d")
        assert answer.status == 200
        ends = datetime.fromisoformat((await key_of(gateway, key))["expires"])
        assert abs(ends - datetime.now(UTC) - timedelta(days=30)) < timedelta(minutes=2)


async def test_null_removes_the_expiration(gateway: Gateway, make: Maker) -> None:
    key = await make.key(duration="30d")
    assert (await gateway.post("/key/update", key=key.token, duration=None)).status == 200
    assert (await key_of(gateway, key))["expires"] is None


async def test_an_extension_does_not_lift_a_block(gateway: Gateway, make: Maker) -> None:
    key = await make.key(duration="30d")
    await gateway.post("/key/block", key=key.token)
    await gateway.post("/key/update", key=key.token, duration="60d")
    assert (await key_of(gateway, key))["blocked"] is True


async def test_every_release_reports_the_last_use_in_lists(gateway: Gateway, make: Maker) -> None:
    """Null for a key that was never used. Without the member, Keydesk could not tell that a key is idle."""
    key = await make.key()
    listed = await gateway.get("/key/list", key_hash=key.token, return_full_object="true")
    (row,) = listed.body["keys"]
    assert row["last_active"] is None
