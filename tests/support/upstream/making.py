"""Creates people, teams, virtual keys and models with unique names on a gateway, and deletes them again."""

import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.required import missing
from tests.support.upstream.gateway import Answer, Gateway


def unique(what: str) -> str:
    """Return a name that is unique on a shared gateway."""
    return f"{what}-{uuid.uuid4().hex[:12]}"


def token_of(secret: str) -> str:
    """Return the hash under which LiteLLM stores a secret key: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class Person:
    user_id: str
    email: str


@dataclass(frozen=True)
class Team:
    team_id: str
    alias: str


@dataclass(frozen=True)
class VirtualKey:
    """`secret` is what a caller sends, `token` its SHA-256, under which LiteLLM stores the key."""

    secret: str = field(repr=False)
    token: str
    alias: str | None


class Maker:
    """Deletes everything that it created in `clear`, whatever the test did to it."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.user_ids: list[str] = []
        self.team_ids: list[str] = []
        self.tokens: list[str] = []
        self.model_ids: list[str] = []

    async def person(self, **fields: Any) -> Person:
        """Create an internal user without a key. `fields` are sent unchanged and override the defaults."""
        user_id = fields.pop("user_id", None) or unique("alice")
        person = Person(user_id, fields.pop("user_email", f"{user_id}@example.com"))
        self.user_ids.append(user_id)
        sent: dict[str, Any] = {"user_role": "internal_user", "auto_create_key": False} | fields
        _expect_ok(await self.gateway.post("/user/new", user_id=user_id, user_email=person.email, **sent))
        return person

    async def team(self, *members: Person, **fields: Any) -> Team:
        """Create a team with these members (all `user`). The gateway adds its master key's own user as admin."""
        team = Team(fields.pop("team_id", unique("platform")), fields.pop("team_alias", unique("Platform")))
        self.team_ids.append(team.team_id)
        joined = [{"role": "user", "user_id": member.user_id} for member in members]
        sent = {"team_id": team.team_id, "team_alias": team.alias, "members_with_roles": joined} | fields
        _expect_ok(await self.gateway.post("/team/new", **sent))
        return team

    async def key(self, owner: Person | None = None, team: Team | None = None, **fields: Any) -> VirtualKey:
        """Create a key of type `llm_api` by default. Without an owner it belongs to nobody."""
        sent: dict[str, Any] = {"key_type": "llm_api", "key_alias": unique("laptop")} | fields
        sent |= {"user_id": owner.user_id} if owner else {}
        sent |= {"team_id": team.team_id} if team else {}
        body = _expect_ok(await self.gateway.post("/key/generate", **sent)).body
        self.tokens.append(body["token"])
        return VirtualKey(body["key"], body["token"], body["key_alias"])

    async def model(self, name: str, *groups: str, **params: Any) -> None:
        """Create a model that responds `hi from <name>`, or one with these parameters of LiteLLM.

        The gateway must store models in its database. Otherwise the test is skipped, or fails in CI.
        """
        upstream = f"hosted_vllm/{'*' if '*' in name else 'one'}"
        mock = {"model": upstream, "api_key": "sk-nothing", "mock_response": f"hi from {name}"}
        answer = await self.gateway.post(
            "/model/new",
            model_name=name,
            litellm_params=params or mock,
            model_info={"id": unique("model"), "access_groups": [*groups]},
        )
        if "STORE_MODEL_IN_DB" in str(answer.body):
            missing("LiteLLM was started without STORE_MODEL_IN_DB=True and takes no models")
        self.model_ids.append(_expect_ok(answer).body["model_id"])

    async def clear(self) -> None:
        """Make one call per object, because a gateway refuses a list with an object that is already deleted."""
        if self.tokens:
            await self._deleted("/key/delete", keys=self.tokens)
        for team_id in self.team_ids:
            await self._deleted("/team/delete", team_ids=[team_id])
        for user_id in self.user_ids:
            await self._deleted("/user/delete", user_ids=[user_id])
        for model_id in self.model_ids:
            await self._deleted("/model/delete", id=model_id)

    async def _deleted(self, path: str, **body: Any) -> None:
        """Delete once more if LiteLLM closes the connection without an answer, as it does when it has much to do."""
        try:
            await self.gateway.post(path, **body)
        except httpx2.TransportError:
            await self.gateway.post(path, **body)


def _expect_ok(answer: Answer) -> Answer:
    assert answer.status == 200, answer
    return answer


@asynccontextmanager
async def maker_on(gateway: Gateway) -> AsyncIterator[Maker]:
    """Yield a `Maker` that deletes its objects when the block ends."""
    maker = Maker(gateway)
    try:
        yield maker
    finally:
        await maker.clear()
