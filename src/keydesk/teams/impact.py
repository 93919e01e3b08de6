"""Counts the keys that stop working when a team is blocked or deleted, or a member is removed. Changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import KeyIds
from keydesk.kit.people import Person
from keydesk.litellm import Key, LiteLLM
from keydesk.teams.service import Teams


@dataclass(frozen=True, slots=True)
class Impact:
    """The number of working keys, and of the people they belong to."""

    keys: int
    people: int

    @classmethod
    def of(cls, keys: Iterable[Key], ids: KeyIds, now: datetime) -> "Impact":
        """Count the keys that are neither blocked nor expired. The secrets of a rotated key count as one key."""
        working = [
            key for key in keys if not key.blocked and (key.expires_at is None or key.expires_at > now)
        ]
        key_ids = {ids.of(key.token_hash) for key in working}
        return cls(len(key_ids), len({key.user_id for key in working if key.user_id}))


@dataclass(frozen=True, slots=True)
class TeamImpact:
    """Raises NotFound for teams that the person does not manage."""

    gateway: LiteLLM
    teams: Teams
    ids: KeyIds
    clock: Clock

    async def of_team(self, person: Person, team_id: str) -> Impact:
        await self.teams.owned(person, team_id)
        return Impact.of(await self.gateway.keys.list(team_id=team_id), self.ids, self.clock())

    async def of_member(self, person: Person, team_id: str, user_id: str) -> Impact:
        await self.teams.owned(person, team_id)
        keys = await self.gateway.keys.list(user_id=user_id, team_id=team_id)
        return Impact.of([key for key in keys if key.user_id == user_id], self.ids, self.clock())
