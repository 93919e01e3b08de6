"""Returns what a virtual key can see about itself. The secret of the key is the credential.

The secret is hashed first and is not stored. Answers are cached for a minute by its hash. A change through Keydesk
drops them on all replicas.
"""

import asyncio
from dataclasses import dataclass, field

from keydesk.audit.invalidation import of_key, of_team, of_user
from keydesk.cache.cache import Cache, CacheLoader, CacheMiss, Loaded
from keydesk.cache.cache_policy import CachePolicy
from keydesk.keys.issuing import ModelSource
from keydesk.keys.secret_store import KeySecrets
from keydesk.keys.secrets import folded
from keydesk.kit.clock import Clock
from keydesk.kit.key_ids import KeyIds
from keydesk.kit.problems import TooManyRequests
from keydesk.kit.rate_limiter import RateLimiter
from keydesk.litellm import Key, LiteLLM, Team, token_hash_of
from keydesk.me.models import KeyUsageView, KnownKey, OwnKeyView
from keydesk.me.policy import check_is_virtual_key, checked, own_view
from keydesk.models.policy import models_of_key
from keydesk.usage.question import DEFAULT_DAYS, UsageFilters, UsageRequest, parse_period
from keydesk.usage.service import Usage
from keydesk.usage.subjects import Subject

_FRESH_SECONDS = 60.0
_POLICY = CachePolicy(_FRESH_SECONDS, _FRESH_SECONDS, _FRESH_SECONDS)
"""Never served when older, not even while LiteLLM is down: the key may have been blocked since."""
_ENTRY_BYTES = 2000
_NAME_BYTES = 80


@dataclass(frozen=True, slots=True)
class OwnKeyLimits:
    """Limits for requests of each key, and for keys that are looked up without success from each address."""

    requests: RateLimiter | None
    unknown_keys: RateLimiter | None


@dataclass(frozen=True, slots=True)
class OwnKeys:
    gateway: LiteLLM
    ids: KeyIds
    secrets: KeySecrets
    catalogue: ModelSource
    usage: Usage
    cache: Cache
    clock: Clock
    limits: OwnKeyLimits = field(repr=False)

    async def of(self, secret: str, address: str) -> OwnKeyView:
        """Return the key with this secret. `address` is the network address of the caller, for the limits.

        Raises NotSignedIn for a key that does not exist or has expired, PolicyRefused for a blocked one, and
        TooManyRequests.
        """
        known = await self.known(secret, address)
        return own_view(known, await self._usage(known.key))

    async def known(self, secret: str, address: str) -> KnownKey:
        """Return the key with this secret, without its usage. Raises the problems of `of`."""
        check_is_virtual_key(secret)
        token_hash = token_hash_of(secret)
        _take(self.limits.requests, token_hash)
        return checked(await self._known(token_hash, address), self.clock())

    async def _known(self, token_hash: str, address: str) -> KnownKey | None:
        """Return the key from the cache, or else from LiteLLM. Unknown keys are cached as well.

        A look-up counts for the address until it succeeds, so that parallel requests with made-up keys cannot exceed
        the limit.
        """
        loader = self._loader(token_hash)
        try:
            return self.cache.get_cached(loader).value
        except CacheMiss:
            _take(self.limits.unknown_keys, address)
        known = (await self.cache.get(loader)).value
        if known is not None and self.limits.unknown_keys is not None:
            self.limits.unknown_keys.give_back(address)
        return known

    def _loader(self, token_hash: str) -> CacheLoader[KnownKey | None]:
        tag = of_key(self.ids.of(token_hash))

        async def load() -> Loaded[KnownKey | None]:
            key = await self.gateway.keys.get(token_hash)
            if key is None:
                return Loaded(None, frozenset({tag}), _ENTRY_BYTES)
            known = await self._described(key)
            tags = {
                tag,
                *map(of_user, filter(None, [key.user_id])),
                *map(of_team, filter(None, [key.team_id])),
            }
            return Loaded(known, frozenset(tags), _ENTRY_BYTES + _NAME_BYTES * len(known.models))

        return CacheLoader(("own key", token_hash), frozenset({tag}), _POLICY, load)

    async def _described(self, key: Key) -> KnownKey:
        (team, limit), catalogue = await asyncio.gather(self._limit(key), self.catalogue.models())
        blocked = key.team_id is not None and (team is None or team.blocked)
        return KnownKey(await self._whole(key), models_of_key(key.models, limit, catalogue), blocked)

    async def _whole(self, secret: Key) -> Key:
        """Return the key of the secret: after a rotation, with the budget and the spend of all its secrets."""
        key_id = self.ids.of(secret.token_hash)
        if not await self.secrets.refresh(key_id):
            return secret
        owned = await self.gateway.keys.list(user_id=secret.user_id, team_id=secret.team_id)
        whole = folded([key for key in owned if self.ids.of(key.token_hash) == key_id], self.ids.of)
        if key_id not in whole:
            return secret
        own = {"token_hash": secret.token_hash, "expires_at": secret.expires_at, "blocked": secret.blocked}
        return whole[key_id].key.model_copy(update=own)

    async def _limit(self, key: Key) -> tuple[Team | None, tuple[str, ...]]:
        """Return the team of the key, and the list of models that applies in addition to the key's own.

        LiteLLM applies the owner's list only to keys without a team.
        """
        if key.team_id is not None:
            team = await self.gateway.teams.get(key.team_id)
            return team, team.models if team else ()
        owner = await self.gateway.users.get(key.user_id) if key.user_id else None
        return None, owner.models if owner else ()

    async def _usage(self, key: Key) -> KeyUsageView | None:
        period = parse_period(None, None, self.clock().date())
        key_id = self.ids.of(key.token_hash)
        if key.user_id is not None:
            subject = Subject("user", key.user_id)
        elif key.team_id is not None:
            subject = Subject("team", key.team_id)
        else:
            return None
        report = await self.usage.of_key(subject, UsageRequest(period, UsageFilters(key=key_id)))
        return KeyUsageView(
            days=DEFAULT_DAYS,
            usage_by_model=report.usage_by_model,
            complete=report.complete,
            as_of=report.as_of,
        )


def _take(limiter: RateLimiter | None, name: str) -> None:
    wait = limiter.take(name) if limiter is not None else 0
    if wait:
        raise TooManyRequests(wait)
