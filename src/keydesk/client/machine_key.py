"""The key of this machine for coding tools: made on first use, renewed in time, and not printed once it is revoked."""

import secrets
import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from keydesk.client.errors import ClientError, Unavailable, WrongUsage
from keydesk.client.files import locked, write_private
from keydesk.client.key_file import is_name, key_file, read_lines
from keydesk.client.machine_name import machine_name
from keydesk.client.profiles import Home
from keydesk.client.server import ApiRequest, Server
from keydesk.client.session import Session
from keydesk.client.tokens import Clock
from keydesk.kit.http_client import HttpClient

_RENEWED_PART = 0.8
"""A key is renewed after this part of its lifetime."""
_RENEW_SECONDS = 30 * 24 * 3600
"""And after a month at the latest."""
_COPIED = ("models", "max_budget", "budget_duration", "team_id", "tpm_limit", "rpm_limit")
_FOR_TEAMS, _FOR_PEOPLE = "teamKeys", "personalKeys"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """`renew_at` and `expires_at` are Unix times; `expires_at` is 0 for a key that never expires."""

    secret: str
    id: str
    renew_at: int
    expires_at: int

    def dumped(self) -> str:
        return f"{self.secret}\n{self.id}\n{self.renew_at}\n{self.expires_at}\n"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person wants of a new key. Without a budget, it has the one of the account. Raises WrongUsage.

    `duration`, such as `30d`, is the lifetime where the policy sets none.
    """

    tool: str = ""
    team: str | None = None
    max_budget: float | None = None
    duration: str | None = None

    def __post_init__(self) -> None:
        if self.tool and not is_name(self.tool):
            raise WrongUsage(
                "The name of a tool has up to 40 letters, digits, dots, underscores and hyphens."
            )


class MachineKey:
    """`session` signs in when a key has to be made or renewed. Checking a key needs no sign-in."""

    def __init__(self, home: Home, session: Session, http: HttpClient, clock: Clock = time.time) -> None:
        self._home = home
        self._session = session
        self._server = Server(session.profile.address, http)
        self._clock = clock

    async def secret(self, wishes: Wishes, *, new: bool = False) -> str:
        """Return a key that works. Raises ClientError if the key of this machine was revoked."""
        path = Path(key_file(str(self._home.folder), self._session.profile.name, wishes.tool))
        with locked(path.with_suffix(".lock")):
            stored = None if new else _loaded(path)
            if stored is None:
                current = await self._created(wishes)
            else:
                current = await self._current(stored, wishes)
            if current != stored:
                write_private(path, current.dumped())
        return current.secret

    async def _current(self, stored: StoredKey, wishes: Wishes) -> StoredKey:
        """Return the key, or the one that replaces it: a rotation does not change when a key expires."""
        now = self._clock()
        if not stored.expires_at or now < stored.expires_at:
            await self._check(stored, wishes)
        if now < stored.renew_at:
            return stored
        return await (self._replaced(stored, wishes) if stored.expires_at else self._rotated(stored))

    async def _check(self, stored: StoredKey, wishes: Wishes) -> None:
        """Ask the server whether the key works. While it cannot tell, the key is assumed to work."""
        try:
            await self._server.call(ApiRequest("GET", "/me"), stored.secret)
        except Unavailable:
            return
        except ClientError:
            raise ClientError(
                f"The key of this machine was blocked or deleted. {how_to_renew(wishes.tool)}"
            ) from None

    async def _rotated(self, stored: StoredKey) -> StoredKey:
        """Replace the secret. The previous one keeps working for a day, for tools that still use it."""
        issued = await self._session.post(f"/keys/{quote(stored.id, safe='')}/rotate")
        return self._stored(issued)

    async def _replaced(self, stored: StoredKey, wishes: Wishes) -> StoredKey:
        """Create a key with the settings of this one, which keeps working until it expires."""
        keys = await self._session.get("/keys")
        previous = next((key for key in keys if key["token"] == stored.id), None)
        if previous is None:
            return await self._created(wishes)
        copied = {name: previous[name] for name in _COPIED if previous[name] is not None}
        lasting = replace(wishes, duration=wishes.duration or _lifetime(previous))
        return await self._issued(lasting, {"max_budget": None, **copied})

    async def _created(self, wishes: Wishes) -> StoredKey:
        rules = (await self._session.get("/config"))["keyGeneration"]
        team = wishes.team or (await self._only_team() if rules["teamRequired"] else None)
        body = {"max_budget": await self._budget(wishes, rules)} | ({"team_id": team} if team else {})
        return await self._issued(wishes, body)

    async def _issued(self, wishes: Wishes, body: dict[str, Any]) -> StoredKey:
        """Create a key with the lifetime of the policy, and a name that no other key has."""
        if wishes.duration:
            lifetimes = (await self._session.get("/config"))["keyLifetimes"]
            if lifetimes[_FOR_TEAMS if body.get("team_id") else _FOR_PEOPLE]["default"] is None:
                body = {**body, "duration": wishes.duration}
        name = " ".join(part for part in (machine_name(), wishes.tool, secrets.token_hex(2)) if part)
        return self._stored(await self._session.post("/keys/generate", alias=name, **body))

    async def _budget(self, wishes: Wishes, rules: dict[str, Any]) -> float | None:
        if wishes.max_budget is not None:
            return wishes.max_budget
        of_account: float | None = (await self._session.get("/user/info"))["max_budget"]
        if of_account is None and not rules["allowUnlimitedBudget"]:
            raise ClientError("A key needs a budget here. Run: keydesk token --max-budget 10")
        return of_account

    async def _only_team(self) -> str:
        teams = await self._session.get("/teams")
        if len(teams) != 1:
            raise ClientError(
                "A key needs a team here. Choose one of: keydesk teams, with: keydesk token --team ID"
            )
        return str(teams[0]["team_id"])

    def _stored(self, issued: dict[str, Any]) -> StoredKey:
        now, ends = self._clock(), issued.get("expires_at")
        expires_at = datetime.fromisoformat(ends).timestamp() if ends else 0.0
        left = (expires_at - now) * _RENEWED_PART if ends else _RENEW_SECONDS
        renew_at = now + min(left, _RENEW_SECONDS)
        return StoredKey(issued["key"], issued["token"], int(renew_at), int(expires_at))


def _lifetime(key: dict[str, Any]) -> str | None:
    if not key["created_at"] or not key["expires_at"]:
        return None
    began, ends = (datetime.fromisoformat(key[name]) for name in ("created_at", "expires_at"))
    return f"{round((ends - began).total_seconds())}s"


def how_to_renew(tool: str) -> str:
    return f"For a new one, run: keydesk token{f' --for {tool}' if tool else ''} --new"


def _loaded(path: Path) -> StoredKey | None:
    lines = read_lines(str(path))
    try:
        return StoredKey(lines[0], lines[1], int(lines[2]), int(lines[3])) if lines else None
    except ValueError:
        return None
