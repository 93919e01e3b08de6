"""Makes people, teams, virtual keys and models with unique names on a gateway, and takes them away again."""

import hashlib
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.upstream.address import real_is_required
from tests.support.upstream.gateway import Answer, Gateway


def unique(what: str) -> str:
    """A name nobody else on a shared gateway uses."""
    return f"{what}-{uuid.uuid4().hex[:12]}"


def token_of(secret: str) -> str:
    """The hash under which LiteLLM files a secret key: SHA-256 of the whole of it, in hex."""
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
    """`secret` is what a caller sends, `token` its SHA-256, under which LiteLLM files the key."""

    secret: str = field(repr=False)
    token: str
    alias: str | None


class Maker:
    """Everything made through it is gone after `clear`, whatever the test did to it in between."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.user_ids: list[str] = []
        self.team_ids: list[str] = []
        self.tokens: list[str] = []
        self.model_ids: list[str] = []

    async def person(self, **fields: Any) -> Person:
        """An internal user without a key; `fields` are sent as they are and win over the defaults."""
        user_id = fields.pop("user_id", None) or unique("alice")
        person = Person(user_id, fields.pop("user_email", f"{user_id}@example.com"))
        self.user_ids.append(user_id)
        sent: dict[str, Any] = {"user_role": "internal_user", "auto_create_key": False} | fields
        _expect_ok(await self.gateway.post("/user/new", user_id=user_id, user_email=person.email, **sent))
        return person

    async def team(self, *members: Person, **fields: Any) -> Team:
        """A team of these members (all `user`); the gateway adds its master key's own user as admin."""
        team = Team(fields.pop("team_id", unique("platform")), fields.pop("team_alias", unique("Platform")))
        self.team_ids.append(team.team_id)
        joined = [{"role": "user", "user_id": member.user_id} for member in members]
        sent = {"team_id": team.team_id, "team_alias": team.alias, "members_with_roles": joined} | fields
        _expect_ok(await self.gateway.post("/team/new", **sent))
        return team

    async def key(self, owner: Person | None = None, team: Team | None = None, **fields: Any) -> VirtualKey:
        """A key of type `llm_api` unless `fields` say otherwise; without an owner it belongs to nobody."""
        sent: dict[str, Any] = {"key_type": "llm_api", "key_alias": unique("laptop")} | fields
        sent |= {"user_id": owner.user_id} if owner else {}
        sent |= {"team_id": team.team_id} if team else {}
        body = _expect_ok(await self.gateway.post("/key/generate", **sent)).body
        self.tokens.append(body["token"])
        return VirtualKey(body["key"], body["token"], body["key_alias"])

    async def model(self, name: str, *groups: str) -> None:
        """A model that answers `hi from <name>`.

        The gateway must keep models in its database. Where it does not, the test is skipped, or fails in CI.
        """
        params = {"model": f"hosted_vllm/{'*' if '*' in name else 'one'}", "api_key": "sk-nothing"}
        answer = await self.gateway.post(
            "/model/new",
            model_name=name,
            litellm_params=params | {"mock_response": f"hi from {name}"},
            model_info={"id": unique("model"), "access_groups": [*groups]},
        )
        if "STORE_MODEL_IN_DB" in str(answer.body):
            without = "this LiteLLM takes no models: start it with STORE_MODEL_IN_DB=True"
            (pytest.fail if real_is_required() else pytest.skip)(without)
        self.model_ids.append(_expect_ok(answer).body["model_id"])

    async def clear(self) -> None:
        """One call a thing: a gateway refuses a whole list of people or teams for one that is gone already."""
        if self.tokens:
            await self.gateway.post("/key/delete", keys=self.tokens)
        for team_id in self.team_ids:
            await self.gateway.post("/team/delete", team_ids=[team_id])
        for user_id in self.user_ids:
            await self.gateway.post("/user/delete", user_ids=[user_id])
        for model_id in self.model_ids:
            await self.gateway.post("/model/delete", id=model_id)


def _expect_ok(answer: Answer) -> Answer:
    assert answer.status == 200, answer
    return answer


@asynccontextmanager
async def maker_on(gateway: Gateway) -> AsyncIterator[Maker]:
    """A `Maker` that clears up when the block ends."""
    maker = Maker(gateway)
    try:
        yield maker
    finally:
        await maker.clear()
