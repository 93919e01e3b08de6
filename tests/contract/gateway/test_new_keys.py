"""What `/key/generate` returns and stores. test_refused_keys.py has what it refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Maker, Person, VirtualKey, token_of, unique
from tests.support.upstream.reading import key_of, lifetime_of

pytestmark = pytest.mark.anyio


async def test_the_secret_is_returned_once_with_its_hash_and_its_mask(gateway: Gateway, make: Maker) -> None:
    answer = await gateway.post("/key/generate", key_type="llm_api")
    make.tokens.append(answer.body["token"])
    secret = answer.body["key"]
    assert secret.startswith("sk-")
    assert answer.body["token"] == answer.body["token_id"] == token_of(secret)
    assert answer.body["key_name"] == f"sk-...{secret[-4:]}"


@pytest.mark.since("1.108.14")
async def test_a_new_key_is_read_back_as_sent(gateway: Gateway, make: Maker, alice: Person) -> None:
    sent: dict[str, Any] = {
        "key_alias": unique("laptop"),
        "models": ["gpt-4o-mini"],
        "max_budget": 1,
        "budget_duration": "30d",
        "tpm_limit": 1000,
        "rpm_limit": 10,
        "metadata": {"created_via": "keydesk"},
        "key_type": "llm_api",
    }
    stored = await key_of(gateway, await make.key(alice, **sent))
    assert {name: stored[name] for name in sent} == sent
    assert (stored["user_id"], stored["team_id"]) == (alice.user_id, None)
    assert (stored["spend"], stored["status"]) == (0.0, "active")
    assert stored["allowed_routes"] == ["llm_api_routes"]
    assert stored["budget_reset_at"] > stored["created_at"]


async def test_a_key_without_limits_has_none(gateway: Gateway, laptop_key: VirtualKey) -> None:
    stored = await key_of(gateway, laptop_key)
    nothing = ("max_budget", "budget_duration", "expires", "tpm_limit", "rpm_limit", "blocked", "last_active")
    assert [stored[name] for name in nothing] == [None] * len(nothing)
    assert (stored["models"], stored["metadata"]) == ([], {})


@pytest.mark.since("1.108.14")
async def test_the_default_type_is_not_llm_api(gateway: Gateway, make: Maker) -> None:
    answer = await gateway.post("/key/generate")
    make.tokens.append(answer.body["token"])
    assert (answer.body["key_type"], answer.body["allowed_routes"]) == ("default", [])


async def test_a_key_is_found_by_its_secret_and_by_its_hash(gateway: Gateway, laptop_key: VirtualKey) -> None:
    by_secret = await gateway.get("/key/info", key=laptop_key.secret)
    by_hash = await gateway.get("/key/info", key=laptop_key.token)
    assert by_secret.status == by_hash.status == 200
    assert by_secret.body["info"] == by_hash.body["info"]
    assert laptop_key.secret not in str(by_hash.body)


@pytest.mark.parametrize("unknown", ["sk-does-not-exist", "0" * 64])
async def test_an_unknown_key_is_404(gateway: Gateway, unknown: str) -> None:
    answer = await gateway.get("/key/info", key=unknown)
    assert answer.status == 404
    assert answer.error == {
        "message": "Key not found in database",
        "type": "not_found_error",
        "param": "key",
        "code": "404",
    }


@pytest.mark.parametrize(
    ("duration", "lifetime"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("2h", timedelta(hours=2)),
        ("30d", timedelta(days=30)),
        ("2w", timedelta(weeks=2)),
        ("99999d", timedelta(days=99999)),
    ],
)
async def test_a_duration_starts_at_creation(
    gateway: Gateway, make: Maker, duration: str, lifetime: timedelta
) -> None:
    stored = await key_of(gateway, await make.key(duration=duration))
    assert lifetime_of(stored) == lifetime


async def test_a_month_is_a_calendar_month(gateway: Gateway, make: Maker) -> None:
    stored = await key_of(gateway, await make.key(duration="1mo"))
    created, expires = (datetime.fromisoformat(stored[name]) for name in ("created_at", "expires"))
    assert (expires.year * 12 + expires.month) - (created.year * 12 + created.month) == 1


async def test_a_key_with_zero_seconds_is_expired_immediately(gateway: Gateway, make: Maker) -> None:
    stored = await key_of(gateway, await make.key(duration="0s"))
    assert datetime.fromisoformat(stored["expires"]) <= datetime.now(UTC)


@pytest.mark.parametrize("alias", ["<b>bold</b>", "a" * 5000, "   ", "naïve ✓"])
async def test_an_alias_can_be_any_text(gateway: Gateway, make: Maker, alias: str) -> None:
    odd = unique(alias)
    key = await make.key(key_alias=odd)
    assert (await key_of(gateway, key))["key_alias"] == odd


async def test_an_empty_alias_is_stored_like_any_other(gateway: Gateway, make: Maker) -> None:
    """It is unique as well, so on a shared gateway another key may have it."""
    first = await gateway.post("/key/generate", key_alias="")
    make.tokens.append(first.body.get("token", "0" * 64))
    again = await gateway.post("/key/generate", key_alias="")
    assert again.status == 400
    assert again.error["message"].startswith("Key with alias '' already exists.")


async def test_a_key_can_be_created_blocked(gateway: Gateway, make: Maker) -> None:
    assert (await key_of(gateway, await make.key(blocked=True)))["blocked"] is True
