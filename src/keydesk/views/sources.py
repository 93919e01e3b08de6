"""Where each snapshot comes from, how long it counts and what it is forgotten with. Serves nobody."""

# Annotations of the functions in functions are not evaluated, which a hot read would do for each of its sources.
from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

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
MODELS_TIMES_AS_LONG = 12
_OBJECTS_TIMES_AS_LONG = 60
"""What teams may reach changes seldom, and costs a call for each team."""
_ACCOUNT_BYTES = 4000
_OBJECTS_BYTES = 2000
_TEAM_BYTES = 3000
_MEMBER_BYTES = 700
NO_TAGS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sources:
    accounts: Accounts
    keys_service: Keys
    teams_service: Teams
    catalogue: Catalogue
    snapshots: Cache
    policy: CachePolicy

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

    def keys(self, user_id: str) -> CacheLoader[EncodedBody[list[KeyView]]]:
        async def load() -> Loaded[EncodedBody[list[KeyView]]]:
            views = await self.keys_service.of_user(user_id)
            tags = {of_team(view.team_id) for view in views if view.team_id}
            return _loaded(EncodedBody.of(KEYS, views), {of_user(user_id), *tags})

        return self._of_person("keys", user_id, load)

    def teams(self, user_id: str) -> CacheLoader[EncodedBody[list[TeamView]]]:
        async def load() -> Loaded[EncodedBody[list[TeamView]]]:
            teams = await self.whole(await self.teams_service.listed_of(user_id))
            encoded = EncodedBody.of(TEAMS, self.teams_service.as_member(teams))
            return _loaded(encoded, {of_user(user_id), *(of_team(team.team_id) for team in teams)})

        return self._of_person("teams", user_id, load)

    def teams_of_admin(self, user_id: str) -> CacheLoader[EncodedBody[list[TeamView]]]:
        """The same for somebody who manages teams: found among all teams, which they ask for anyway."""

        async def load() -> Loaded[EncodedBody[list[TeamView]]]:
            every = await self.snapshots.get(self.every_team())
            teams = await self.whole(joined_by(user_id, every.value))
            encoded = EncodedBody.of(TEAMS, self.teams_service.as_member(teams))
            tags = {of_user(user_id), *(of_team(team.team_id) for team in teams)}
            return _loaded(encoded, tags, every.age_seconds)

        return self._of_person("teams", user_id, load)

    def managed(self, groups: Sequence[str]) -> CacheLoader[EncodedBody[list[TeamView]]]:
        """The teams of the groups, as those who manage them are shown them."""

        async def load() -> Loaded[EncodedBody[list[TeamView]]]:
            every = await self.snapshots.get(self.every_team())
            teams = await self.whole(owned_by(groups, every.value))
            encoded = EncodedBody.of(TEAMS, self.teams_service.as_manager(teams))
            return _loaded(encoded, {ALL_TEAMS}, every.age_seconds)

        return CacheLoader(("managed", *groups), frozenset({ALL_TEAMS}), self.policy, load)

    def every_team(self) -> CacheLoader[tuple[Team, ...]]:
        """All teams of the gateway, for those who manage some: LiteLLM cannot look for an owner."""

        async def load() -> Loaded[tuple[Team, ...]]:
            teams = tuple(await self.teams_service.gateway.teams.list())
            members = sum(len(team.members_with_roles) for team in teams)
            size = len(teams) * _TEAM_BYTES + members * _MEMBER_BYTES
            return Loaded(teams, frozenset({ALL_TEAMS}), size)

        return CacheLoader(("every team",), frozenset({ALL_TEAMS}), self.policy, load)

    def models(self) -> CacheLoader[EncodedBody[list[ModelView]]]:
        return models_source(self.catalogue, self.policy.longer(MODELS_TIMES_AS_LONG))

    async def whole(self, teams: Iterable[Team]) -> Sequence[Team]:
        """The teams with what they may reach, from memory where it is known."""
        return await asyncio.gather(*(self._whole(team) for team in teams))

    async def _whole(self, team: Team) -> Team:
        """LiteLLM's lists name the id of an object permission alone, and it changes in place."""
        if team.object_permission is not None or team.object_permission_id is None:
            return team
        seen = await self.snapshots.get(self._objects(team.team_id, team.object_permission_id))
        return team.model_copy(update={"object_permission": seen.value})

    def _objects(self, team_id: str, permission_id: str) -> CacheLoader[ObjectPermission]:
        async def load() -> Loaded[ObjectPermission]:
            team = await self.teams_service.gateway.teams.get(team_id)
            found = (team and team.object_permission) or ObjectPermission()
            return Loaded(found, frozenset({of_team(team_id)}), _OBJECTS_BYTES)

        key = ("objects", permission_id)
        return CacheLoader(
            key, frozenset({of_team(team_id)}), self.policy.longer(_OBJECTS_TIMES_AS_LONG), load
        )

    def _of_person(self, kind: str, user_id: str, load: Callable[[], Awaitable[Loaded[T]]]) -> CacheLoader[T]:
        return CacheLoader((kind, user_id), frozenset({of_user(user_id), ALL_TEAMS}), self.policy, load)


def _loaded(encoded: EncodedBody[T], tags: Iterable[str], age_seconds: float = 0.0) -> Loaded[EncodedBody[T]]:
    return Loaded(encoded, frozenset(tags), encoded.size, age_seconds)


def models_source(catalogue: Catalogue, policy: CachePolicy) -> CacheLoader[EncodedBody[list[ModelView]]]:
    """The models of the gateway."""

    async def load() -> Loaded[EncodedBody[list[ModelView]]]:
        return _loaded(EncodedBody.of(MODELS, await catalogue.models()), NO_TAGS)

    return CacheLoader(("models",), NO_TAGS, policy, load)


@dataclass(frozen=True, slots=True)
class RecentModels:
    """The models as rules about new keys need them: a cached value only while it is fresh."""

    catalogue: Catalogue
    snapshots: Cache
    policy: CachePolicy

    async def models(self) -> list[ModelView]:
        """All public models by name. Raises LiteLLMError."""
        policy = self.policy.longer(MODELS_TIMES_AS_LONG).fresh_only()
        seen = await self.snapshots.get(models_source(self.catalogue, policy))
        return seen.value.value()
