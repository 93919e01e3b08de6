"""The keys of Backstage's plugins: each signs with its own, and any of them may call us."""

import asyncio
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from cachetools import LRUCache

from keydesk.auth.jwks import KeyCache
from keydesk.auth.key_sources import KeySource, SourceFailed, keys_if_any_at
from keydesk.auth.signature import PublicKey
from keydesk.kit.clock import Clock
from keydesk.kit.http_client import HttpClient
from keydesk.kit.problems import IdentityProviderUnavailable
from keydesk.settings import BackstageIdentity

_MAX_PLUGINS = 200
_WINDOW = timedelta(seconds=60)
_QUESTIONS_PER_WINDOW = 20
_CONNECTIONS = 2
_WAIT_SECONDS = 2.0


class PluginKeys:
    """Key sets by plugin id, at `<base_url>/api/<plugin>/.backstage/auth/v1/jwks.json`.

    Anybody can write any plugin id into a token. A plugin counts as real when it is configured, or once Backstage
    has published a key for it. All other names share a budget of their own: 20 fetches a minute, two connections
    at a time, 200 places in memory. Made-up names can therefore neither flood Backstage nor hold up a real plugin.
    """

    def __init__(self, config: BackstageIdentity, http_client: HttpClient, clock: Clock) -> None:
        self._config = config
        self._http_client = http_client
        self._clock = clock
        self._configured = {plugin: KeyCache(self._source(plugin), clock) for plugin in config.plugins}
        self._known: LRUCache[str, KeyCache] = LRUCache(_MAX_PLUGINS)
        self._strangers: LRUCache[str, KeyCache] = LRUCache(_MAX_PLUGINS)
        self._asked_at: deque[datetime] = deque()
        self._connections = asyncio.Semaphore(_CONNECTIONS)

    async def find(self, plugin: str, kid: str) -> PublicKey | None:
        """The plugin's key, or None. `plugin` must have been checked to be a plain plugin id.

        Raises IdentityProviderUnavailable.
        """
        if plugin in self._configured:
            return await self._configured[plugin].find(kid)
        cache = self._known.get(plugin) or self._strangers.get(plugin)
        if cache is None:
            if self._budget_is_spent():
                raise IdentityProviderUnavailable(int(_WINDOW.total_seconds()))
            cache = KeyCache(self._within_budget(plugin), self._clock)
            self._strangers[plugin] = cache
        key = await cache.find(kid)
        if cache.has_keys:
            self._strangers.pop(plugin, None)
            self._known[plugin] = cache
        return key

    async def aclose(self) -> None:
        """Give up the fetches that may be running."""
        for cache in (*self._configured.values(), *self._known.values(), *self._strangers.values()):
            await cache.aclose()

    def _source(self, plugin: str) -> KeySource:
        url = f"{self._config.base_url}/api/{plugin}/.backstage/auth/v1/jwks.json"
        return keys_if_any_at(self._http_client, url, self._config.algorithms)

    def _within_budget(self, plugin: str) -> KeySource:
        """The same source; until the plugin has shown a key, each fetch takes from the budget of unknown names."""
        fetch = self._source(plugin)

        async def fetch_within_budget() -> Mapping[str, PublicKey]:
            if plugin in self._known:
                return await fetch()
            if self._budget_is_spent():
                raise SourceFailed("too many unknown plugins were named")
            self._asked_at.append(self._clock())
            try:
                await asyncio.wait_for(self._connections.acquire(), _WAIT_SECONDS)
            except TimeoutError:
                raise SourceFailed("too many unknown plugins were named at the same time") from None
            try:
                return await fetch()
            finally:
                self._connections.release()

        return fetch_within_budget

    def _budget_is_spent(self) -> bool:
        began_at = self._clock() - _WINDOW
        while self._asked_at and self._asked_at[0] <= began_at:
            self._asked_at.popleft()
        return len(self._asked_at) >= _QUESTIONS_PER_WINDOW
