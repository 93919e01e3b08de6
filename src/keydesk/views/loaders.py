"""The loaders of all cached views: how to load each, how long to keep it, and which tags drop it."""

# Without this import, each hot read would evaluate the annotations of the nested functions.
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self, TypeVar

from pydantic import TypeAdapter

from keydesk.accounts.models import KnownAccount
from keydesk.accounts.service import Accounts
from keydesk.audit.invalidation import ALL_TEAMS, of_account, of_team, of_user
from keydesk.cache.cache import Cache, CacheLoader, Loaded
from keydesk.cache.cache_policy import CachePolicy
from keydesk.cache.cached_json import EncodedBody
from keydesk.keys.models import KeyView
from keydesk.keys.service import Keys
from keydesk.kit.people import Person
from keydesk.litellm import ObjectPermission, Team
from keydesk.models.models import ModelView
from keydesk.models.service import Catalogue
from keydesk.teams.models import TeamView
from keydesk.teams.service import Teams, joined_by, owned_by

T = TypeVar("T")
KEYS = TypeAdapter(list[KeyView])
TEAMS = TypeAdapter(list[TeamView])
MODELS = TypeAdapter(list[ModelView])
_MODELS_FACTOR = 12
"""Models are kept this many times longer than other views."""
_OBJECTS_FACTOR = 60
"""Object permissions of teams rarely change, and loading them costs one call for each team."""
_ACCOUNT_BYTES = 4000
_TOOLS_BYTES = 300
_OBJECTS_BYTES = 2000
_TEAM_BYTES = 3000
_MEMBER_BYTES = 700
NO_TAGS: frozenset[str] = frozenset()


@dataclass(slots=True)
class KeysBody(EncodedBody[list[KeyView]]):
    """The JSON of a person's keys. `tools` are the ids of the tools that keys were set up for, by key id."""

    tools: dict[str, tuple[str, ...]] = field(repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Loaders:
    accounts: Accounts
    keys_service: Keys
    teams_service: Teams
    catalogue: Catalogue
    cache: Cache
    policy: CachePolicy

    def within(self, max_age_seconds: float) -> Self:
        """Return the same loaders for readers who wait for values that are not older than this."""
        return replace(self, policy=self.policy.within(max_age_seconds))

    def account(
        self, person: Person, user_id: str, policy: CachePolicy | None = None
    ) -> CacheLoader[KnownAccount]:
        async def load() -> Loaded[KnownAccount]:
            known = await self.accounts.look_up(person)
            tags = frozenset({of_account(user_id), *map(of_team, known.user.teams)})
            return Loaded(known, tags, _ACCOUNT_BYTES)

        return CacheLoader(
            ("account", user_id), frozenset({of_account(user_id), ALL_TEAMS}), policy or self.policy, load
        )

    def keys(self, user_id: str) -> CacheLoader[KeysBody]:
        async def load() -> Loaded[KeysBody]:
            views, tools = await self.keys_service.with_tools(user_id)
            encoded = EncodedBody.of(KEYS, views)
            body = KeysBody(encoded.body, encoded.etag, adapter=KEYS, tools=tools)
            tags = {of_user(user_id), *(of_team(view.team_id) for view in views if view.team_id)}
            return Loaded(body, frozenset(tags), body.size + _TOOLS_BYTES * len(tools))

        return self._of_person("keys", user_id, load)

    def teams(self, user_id: str) -> CacheLoader[EncodedBody[list[TeamView]]]:
        async def load() -> Loaded[EncodedBody[list[TeamView]]]:
            teams = await self.with_object_permissions(await self.teams_service.listed_of(user_id))
            encoded = EncodedBody.of(TEAMS, self.teams_service.as_member(teams))
            return _loaded(encoded, {of_user(user_id), *(of_team(team.team_id) for team in teams)})

        return self._of_person("teams", user_id, load)

    def teams_of_admin(self, user_id: str) -> CacheLoader[EncodedBody[list[TeamView]]]:
        """Load the teams of a team admin from the list of all teams, which team admins load anyway."""

        async def load() -> Loaded[EncodedBody[list[TeamView]]]:
            all_teams = await self.cache.get(self.all_teams())
            teams = await self.with_object_permissions(joined_by(user_id, all_teams.value))
            encoded = EncodedBody.of(TEAMS, self.teams_service.as_member(teams))
            tags = {of_user(user_id), *(of_team(team.team_id) for team in teams)}
            return _loaded(encoded, tags, all_teams.age_seconds)

        return self._of_person("teams", user_id, load)

    def managed(self, groups: Sequence[str]) -> CacheLoader[EncodedBody[list[TeamView]]]:
        """Load the teams of the groups with the fields that team admins can see."""

        async def load() -> Loaded[EncodedBody[list[TeamView]]]:
            all_teams = await self.cache.get(self.all_teams())
            teams = await self.with_object_permissions(owned_by(groups, all_teams.value))
            encoded = EncodedBody.of(TEAMS, self.teams_service.as_manager(teams))
            return _loaded(encoded, {ALL_TEAMS}, all_teams.age_seconds)

        return CacheLoader(("managed", *groups), frozenset({ALL_TEAMS}), self.policy, load)

    def all_teams(self) -> CacheLoader[tuple[Team, ...]]:
        """Load all teams of the gateway, because LiteLLM cannot filter teams by owner."""

        async def load() -> Loaded[tuple[Team, ...]]:
            teams = tuple(await self.teams_service.gateway.teams.list())
            members = sum(len(team.members_with_roles) for team in teams)
            size = len(teams) * _TEAM_BYTES + members * _MEMBER_BYTES
            return Loaded(teams, frozenset({ALL_TEAMS}), size)

        return CacheLoader(("all teams",), frozenset({ALL_TEAMS}), self.policy, load)

    def models(self) -> CacheLoader[EncodedBody[list[ModelView]]]:
        return models_loader(self.catalogue, self.policy.longer(_MODELS_FACTOR))

    async def with_object_permissions(self, teams: Iterable[Team]) -> Sequence[Team]:
        """Return the teams with their object permissions, from the cache if possible."""
        return await asyncio.gather(*(self._with_object_permission(team) for team in teams))

    async def _with_object_permission(self, team: Team) -> Team:
        """Return the team with its object permission. LiteLLM's lists contain only its id."""
        if team.object_permission is not None or team.object_permission_id is None:
            return team
        result = await self.cache.get(self._objects(team.team_id, team.object_permission_id))
        return team.model_copy(update={"object_permission": result.value})

    def _objects(self, team_id: str, permission_id: str) -> CacheLoader[ObjectPermission]:
        async def load() -> Loaded[ObjectPermission]:
            team = await self.teams_service.gateway.teams.get(team_id)
            found = (team and team.object_permission) or ObjectPermission()
            return Loaded(found, frozenset({of_team(team_id)}), _OBJECTS_BYTES)

        key = ("objects", permission_id)
        return CacheLoader(key, frozenset({of_team(team_id)}), self.policy.longer(_OBJECTS_FACTOR), load)

    def _of_person(self, kind: str, user_id: str, load: Callable[[], Awaitable[Loaded[T]]]) -> CacheLoader[T]:
        return CacheLoader((kind, user_id), frozenset({of_user(user_id), ALL_TEAMS}), self.policy, load)


def _loaded(encoded: EncodedBody[T], tags: Iterable[str], age_seconds: float = 0.0) -> Loaded[EncodedBody[T]]:
    return Loaded(encoded, frozenset(tags), encoded.size, age_seconds)


def models_loader(catalogue: Catalogue, policy: CachePolicy) -> CacheLoader[EncodedBody[list[ModelView]]]:
    """Load the gateway's models."""

    async def load() -> Loaded[EncodedBody[list[ModelView]]]:
        return _loaded(EncodedBody.of(MODELS, await catalogue.models()), NO_TAGS)

    return CacheLoader(("models",), NO_TAGS, policy, load)


@dataclass(frozen=True, slots=True)
class RecentModels:
    """The models for rules about new keys: from a fresh cache entry, or else from LiteLLM."""

    catalogue: Catalogue
    cache: Cache
    policy: CachePolicy

    async def models(self) -> list[ModelView]:
        """Return all public models by name. Raises LiteLLMError."""
        policy = self.policy.longer(_MODELS_FACTOR).fresh_only()
        result = await self.cache.get(models_loader(self.catalogue, policy))
        return result.value.value()
