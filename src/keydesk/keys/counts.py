"""Enforces the maximum number of keys per person and per team across concurrent requests and replicas."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from cachetools import TTLCache

from keydesk.keys.owners import team_of
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.problems import TooMany
from keydesk.kit.single_flight import SingleFlight
from keydesk.litellm import LiteLLM, LiteLLMError
from keydesk.settings import KeyGeneration
from keydesk.storage.leases import Leases

_MAX_CONCURRENT = 200
"""Upper bound for the keys of one owner that all replicas together can be creating at the same time."""
_MAX_CREATED = 25
"""Keys created before the cached count is refreshed. With four replicas and 24 concurrent changes on each, the
number of uncounted keys stays below `_MAX_CONCURRENT`."""
_CACHE_TTL = timedelta(minutes=1)
_CACHE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class _Owner:
    """A person or a team, with its maximum number of keys."""

    limit: int
    user_id: str | None = None
    team_id: str | None = None

    @property
    def lease(self) -> str:
        kind, name = ("team", self.team_id) if self.team_id else ("user", self.user_id)
        return f"keys-of-{kind}:{name}"

    def limit_reached(self) -> TooMany:
        of_team = message("This team has reached the maximum number of keys.")
        of_person = message("You have reached the maximum number of keys.")
        remedy = message("Delete a key that is no longer used.")
        return TooMany(of_team if self.team_id else of_person, remedy=remedy, most=self.limit)


@dataclass(slots=True)
class KeyCount:
    """The number of keys of an owner: the count from LiteLLM plus the keys that this process has created since."""

    owner: _Owner
    keys: int
    created: int = 0

    @property
    def is_stale(self) -> bool:
        """Return whether this process has created too many keys to trust the count without a refresh."""
        return self.created >= _MAX_CREATED

    @property
    def is_near_limit(self) -> bool:
        """Return whether concurrent requests could together exceed the limit."""
        return self.keys + _MAX_CONCURRENT > self.owner.limit


class KeyCounts:
    """Counts keys before a key is created.

    A count is cached for one minute or 25 new keys, so that most creations need no request to LiteLLM. Near the limit
    (always, for limits up to 200), the count is read from LiteLLM while a lease is held.
    """

    def __init__(self, gateway: LiteLLM, rules: KeyGeneration, leases: Leases, clock: Clock) -> None:
        self._gateway = gateway
        self._rules = rules
        self._leases = leases
        self._cache: TTLCache[_Owner, KeyCount, datetime] = TTLCache(_CACHE_SIZE, _CACHE_TTL, clock)
        self._calls: SingleFlight[_Owner, KeyCount] = SingleFlight(LiteLLMError, keeps_deadline=True)

    async def of(self, owner: str, team_id: str | None) -> list[KeyCount]:
        """Return the key counts of the person and the team, in the order in which leases are acquired.

        A service key counts only for its team.
        """
        owners = [_Owner(self._rules.max_keys_per_person, user_id=owner)] if team_of(owner) is None else []
        if team_id is not None:
            owners.append(_Owner(self._rules.max_keys_per_team, team_id=team_id))
        return await asyncio.gather(*(self._cached(owner) for owner in owners))

    @asynccontextmanager
    async def reserve(self, counts: Sequence[KeyCount], replaced: int) -> AsyncIterator[None]:
        """Reserve one more key for each owner until the block ends. Raises TooMany.

        `replaced` is the number of existing keys that the new key replaces. Only owners near their limit are locked
        and counted again.
        """
        _check(counts, replaced)
        near = [count.owner for count in counts if count.is_near_limit]
        async with AsyncExitStack() as leases:
            for owner in near:
                await leases.enter_async_context(self._leases.hold(owner.lease))
            _check(await asyncio.gather(*(self._count(owner) for owner in near)), replaced)
            yield
            for count in counts:
                count.keys += 1
                count.created += 1

    async def _cached(self, owner: _Owner) -> KeyCount:
        count = self._cache.get(owner)
        if count is None or count.is_near_limit or count.is_stale:
            count = self._cache[owner] = await self._calls.run(owner, lambda: self._count(owner))
        return count

    async def _count(self, owner: _Owner) -> KeyCount:
        keys = await self._gateway.keys.count(user_id=owner.user_id, team_id=owner.team_id)
        return KeyCount(owner, keys)


def _check(counts: Sequence[KeyCount], replaced: int) -> None:
    for count in counts:
        if count.keys - replaced >= count.owner.limit:
            raise count.owner.limit_reached()
