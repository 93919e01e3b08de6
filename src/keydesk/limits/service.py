"""Explains which limits apply to a key, from a cached read of the key and its team.

A read costs one call to LiteLLM for the keys of the owner, and one more for the team of the key.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from keydesk.audit.invalidation import ALL_TEAMS, of_key, of_team, of_user
from keydesk.cache.cache import Cache, CacheLoader, Loaded
from keydesk.cache.cache_policy import CachePolicy
from keydesk.keys.owners import NO_OWNER, user_id_of
from keydesk.keys.policy import is_blocked_by
from keydesk.keys.secrets import FoldedKey
from keydesk.keys.service import Keys, no_such_key
from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import is_key_id
from keydesk.kit.people import Person
from keydesk.limits.models import Context, Explanation, OfTeam
from keydesk.limits.policy import explain
from keydesk.litellm import Team, TeamMembership, User
from keydesk.teams.service import Teams

_KEY_BYTES = 6000


@dataclass(frozen=True, slots=True)
class ReadKey:
    """A key as it was last read, with its team. `team` is None for a personal key and for a team that is gone."""

    key: FoldedKey
    team: Team | None = None
    member: TeamMembership | None = None


@dataclass(frozen=True, slots=True)
class KeyLimits:
    keys: Keys
    teams: Teams
    cache: Cache
    policy: CachePolicy
    has_left: Callable[[str], Awaitable[bool]]
    clock: Clock

    async def of(self, person: Person, user: User, key_id: str) -> Explanation:
        """Explain the limits of one of the user's keys to `person`. Raises NotFound for keys of others."""
        if not is_key_id(key_id):
            raise no_such_key()
        result = await self.cache.get(self._loader(user.user_id, key_id))
        read = result.value
        context = Context(
            owner=user,
            as_of=result.taken_at(self.clock()),
            team=await self._of_team(person, read),
            blocker=await self._blocker(read.key),
            owner_left=await self.has_left(user.user_id),
            reader=person.ref,
        )
        return explain(read.key, context)

    async def for_auditor(self, person: Person, key_id: str) -> Explanation:
        """Explain the limits of any key whose owner Keydesk knows. Raises NotFound for other keys."""
        user_id = user_id_of(await self.keys.store.owner_of(key_id) or NO_OWNER)
        owner = await self.keys.gateway.users.get(user_id) if user_id else None
        if owner is None:
            raise no_such_key()
        return await self.of(person, owner, key_id)

    async def _of_team(self, person: Person, read: ReadKey) -> OfTeam | None:
        if read.key.key.team_id is None:
            return None
        hidden = read.team is not None and await self.teams.hides_budget(person, read.team)
        return OfTeam(read.team, read.member, hidden)

    async def _blocker(self, key: FoldedKey) -> str | None:
        """Return who blocked the key through Keydesk, or None if it is not blocked or someone else blocked it."""
        mark = await self.keys.store.block_mark(key.key_id) if key.key.blocked else None
        return mark.by if mark is not None and is_blocked_by(mark.by, key.current, mark) else None

    def _loader(self, user_id: str, key_id: str) -> CacheLoader[ReadKey]:
        tags = frozenset({of_user(user_id), of_key(key_id), ALL_TEAMS})

        async def load() -> Loaded[ReadKey]:
            key = await self.keys.find(user_id, key_id)
            team_id = key.key.team_id
            if team_id is None:
                return Loaded(ReadKey(key), frozenset({of_user(user_id), of_key(key_id)}), _KEY_BYTES)
            found = await self.keys.gateway.teams.get_with_member(team_id, user_id)
            team, member = found or (None, None)
            known = frozenset({of_user(user_id), of_key(key_id), of_team(team_id)})
            return Loaded(ReadKey(key, team, member), known, _KEY_BYTES)

        return CacheLoader(("limits", user_id, key_id), tags, self.policy, load)
