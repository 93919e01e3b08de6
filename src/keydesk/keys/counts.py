"""Keeps to the number of keys that a person and a team may have, over any number of requests and replicas."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from cachetools import TTLCache

from keydesk.kit.clock import Clock
from keydesk.kit.problems import TooMany
from keydesk.kit.single_flight import SingleFlight
from keydesk.litellm import LiteLLM, LiteLLMError
from keydesk.settings import KeyGeneration
from keydesk.storage.leases import Leases

_AT_ONCE = 200
"""More creations for one person or team than can be under way at the same time, on all replicas together."""
_MADE_AT_MOST = 25
"""Keys made on one count. Four replicas at a time, each with 24 changes under way, stay below `_AT_ONCE` so."""
_REMEMBERED_FOR = timedelta(minutes=1)
_REMEMBERED_OWNERS = 10_000


@dataclass(frozen=True, slots=True)
class _Owner:
    """A person or a team, and how many keys it may have."""

    most: int
    user_id: str | None = None
    team_id: str | None = None

    @property
    def lease(self) -> str:
        kind, name = ("team", self.team_id) if self.team_id else ("user", self.user_id)
        return f"keys-of-{kind}:{name}"

    def full(self) -> TooMany:
        owner = "This team has" if self.team_id else "You have"
        remedy = "Delete a key that is no longer used."
        return TooMany(f"{owner} reached the maximum number of keys.", remedy=remedy, most=self.most)


@dataclass(slots=True)
class Counted:
    """An owner with the number of its keys: what LiteLLM told, and the keys made by this process since."""

    owner: _Owner
    keys: int
    made: int = 0

    @property
    def is_worn(self) -> bool:
        """Whether so many keys were made on this count that other replicas may have made many, too."""
        return self.made >= _MADE_AT_MOST

    @property
    def is_near(self) -> bool:
        """Whether creations that are under way now could pass the limit together."""
        return self.keys + _AT_ONCE > self.owner.most


class KeyCounts:
    """Counts keys before another is made.

    A count is remembered for a minute and 25 keys, so that a warm creation asks LiteLLM for none. Near a limit, and
    always where a limit is at most 200, it is read from LiteLLM under a lease.
    """

    def __init__(self, gateway: LiteLLM, rules: KeyGeneration, leases: Leases, clock: Clock) -> None:
        self._gateway = gateway
        self._rules = rules
        self._leases = leases
        self._recent: TTLCache[_Owner, Counted, datetime] = TTLCache(
            _REMEMBERED_OWNERS, _REMEMBERED_FOR, clock
        )
        self._calls: SingleFlight[_Owner, Counted] = SingleFlight(LiteLLMError, keeps_deadline=True)

    async def of(self, user_id: str, team_id: str | None) -> list[Counted]:
        """Return how many keys the person and the team have, in the order in which leases are taken."""
        owners = [_Owner(self._rules.max_keys_per_person, user_id=user_id)]
        if team_id is not None:
            owners.append(_Owner(self._rules.max_keys_per_team, team_id=team_id))
        return await asyncio.gather(*(self._remembered(owner) for owner in owners))

    @asynccontextmanager
    async def room(self, counted: Sequence[Counted], replaced: int) -> AsyncIterator[None]:
        """Make sure that there is room for one more key until the block ends. Raises TooMany.

        `replaced` keys go when the new one is there. Only near a limit do creations wait for each other, and
        the keys are counted again then.
        """
        _check(counted, replaced)
        near = [each.owner for each in counted if each.is_near]
        async with AsyncExitStack() as held:
            for owner in near:
                await held.enter_async_context(self._leases.hold(owner.lease))
            _check(await asyncio.gather(*(self._counted(owner) for owner in near)), replaced)
            yield
            for each in counted:
                each.keys += 1
                each.made += 1

    async def _remembered(self, owner: _Owner) -> Counted:
        counted = self._recent.get(owner)
        if counted is None or counted.is_near or counted.is_worn:
            counted = await self._calls.run(owner, lambda: self._count_anew(owner))
        return counted

    async def _count_anew(self, owner: _Owner) -> Counted:
        counted = self._recent[owner] = await self._counted(owner)
        return counted

    async def _counted(self, owner: _Owner) -> Counted:
        keys = await self._gateway.keys.count(user_id=owner.user_id, team_id=owner.team_id)
        return Counted(owner, keys)


def _check(counted: Sequence[Counted], replaced: int) -> None:
    for each in counted:
        if each.keys - replaced >= each.owner.most:
            raise each.owner.full()
