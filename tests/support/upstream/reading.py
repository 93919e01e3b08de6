"""Reads one person, key or team from a gateway. Every function expects that it exists."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.upstream.gateway import Gateway
from tests.support.upstream.making import Person, Team, VirtualKey


async def person_of(gateway: Gateway, person: Person) -> dict[str, Any]:
    """Return the account as in `/user/info`, because `/v2/user/info` omits the rate limits in 1.84."""
    about: dict[str, Any] = (await _read(gateway, "/user/info", user_id=person.user_id))["user_info"]
    return about


async def key_of(gateway: Gateway, key: VirtualKey) -> dict[str, Any]:
    """Return the key as in `/key/info`, including `status` (active or deleted)."""
    info: dict[str, Any] = (await _read(gateway, "/key/info", key=key.token))["info"]
    return info


async def team_of(gateway: Gateway, team: Team) -> dict[str, Any]:
    """Return the team as in `/team/info`, without its keys and memberships."""
    info: dict[str, Any] = (await _read(gateway, "/team/info", team_id=team.team_id))["team_info"]
    return info


async def tokens_of(gateway: Gateway, person: Person) -> list[str]:
    """Return the hashes of the person's live keys (up to 100)."""
    found = await _read(gateway, "/key/list", user_id=person.user_id, size=100)
    tokens: list[str] = found["keys"]
    return tokens


def lifetime_of(key: dict[str, Any]) -> timedelta:
    """Return the time from creation to expiry, as recorded by the gateway, in whole seconds."""
    lived = datetime.fromisoformat(key["expires"]) - datetime.fromisoformat(key["created_at"])
    return timedelta(seconds=round(lived.total_seconds()))


def today() -> str:
    """Return the day of current usage: UTC, independent of the machine's time zone."""
    return datetime.now(UTC).date().isoformat()


async def _read(gateway: Gateway, path: str, **query: Any) -> dict[str, Any]:
    answer = await gateway.get(path, **query)
    assert answer.status == 200, answer
    body: dict[str, Any] = answer.body
    return body
