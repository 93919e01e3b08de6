"""The keys of Backstage's plugins: each signs with its own, and any of them may call us."""

from collections import OrderedDict, deque
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from keydesk.clock import Clock
from keydesk.identity.jwks import KeyCache
from keydesk.identity.key_sources import KeySource, SourceFailed, keys_if_any_at
from keydesk.identity.signature import PublicKey
from keydesk.outbound import Outbound
from keydesk.problems import IdentityProviderUnavailable

_MAX_PLUGINS = 200
_WINDOW = timedelta(seconds=60)
_QUESTIONS_PER_WINDOW = 20


class PluginKeys:
    """Key sets by plugin id, at `<base_url>/api/<plugin>/.backstage/auth/v1/jwks.json`.

    Anybody can write any plugin's name into a token, so plugins that have not shown a key yet share a budget
    of 20 fetches a minute: making up names can neither flood Backstage nor push real plugins out.
    """

    def __init__(self, base_url: str, algorithms: Collection[str], outbound: Outbound, clock: Clock) -> None:
        self._base_url = base_url
        self._algorithms = algorithms
        self._outbound = outbound
        self._clock = clock
        self._known: OrderedDict[str, KeyCache] = OrderedDict()
        self._strangers: OrderedDict[str, KeyCache] = OrderedDict()
        self._asked_at: deque[datetime] = deque()

    async def find(self, plugin: str, kid: str) -> PublicKey | None:
        """The plugin's key, or None. `plugin` must have been checked to be a plain plugin id.

        Raises IdentityProviderUnavailable.
        """
        cache = self._known.get(plugin) or self._strangers.get(plugin)
        if cache is None:
            if self._budget_is_spent():
                raise IdentityProviderUnavailable(int(_WINDOW.total_seconds()))
            cache = KeyCache(self._source(plugin), self._clock)
            _put(self._strangers, plugin, cache)
        key = await cache.find(kid)
        if cache.has_keys:
            self._strangers.pop(plugin, None)
            _put(self._known, plugin, cache)
        return key

    async def aclose(self) -> None:
        """Give up the fetches that may be running."""
        for cache in (*self._known.values(), *self._strangers.values()):
            await cache.aclose()

    def _source(self, plugin: str) -> KeySource:
        fetch = keys_if_any_at(
            self._outbound, f"{self._base_url}/api/{plugin}/.backstage/auth/v1/jwks.json", self._algorithms
        )

        async def fetch_within_budget() -> Mapping[str, PublicKey]:
            if plugin not in self._known:
                if self._budget_is_spent():
                    raise SourceFailed("too many unknown plugins were named")
                self._asked_at.append(self._clock())
            return await fetch()

        return fetch_within_budget

    def _budget_is_spent(self) -> bool:
        began_at = self._clock() - _WINDOW
        while self._asked_at and self._asked_at[0] <= began_at:
            self._asked_at.popleft()
        return len(self._asked_at) >= _QUESTIONS_PER_WINDOW


def _put(caches: OrderedDict[str, KeyCache], plugin: str, cache: KeyCache) -> None:
    """Remember `cache` as the one used last; of too many, the one unused for longest goes."""
    caches[plugin] = cache
    caches.move_to_end(plugin)
    if len(caches) > _MAX_PLUGINS:
        caches.popitem(last=False)
