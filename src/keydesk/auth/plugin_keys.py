"""Caches the keys of Backstage plugins. Each plugin signs with its own key, and any plugin can call Keydesk."""

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
_FETCHES_PER_WINDOW = 20
_CONNECTIONS = 2
_WAIT_SECONDS = 2.0


class PluginKeys:
    """Key sets by plugin id, from `<base_url>/api/<plugin>/.backstage/auth/v1/jwks.json`.

    A token can contain any plugin id. A plugin is known if it is configured, or once Backstage has published a key
    for it. All unknown plugins share a limit of 20 fetches per minute, two concurrent fetches and 200 cache
    entries, so that made-up ids can neither overload Backstage nor delay known plugins.
    """

    def __init__(self, config: BackstageIdentity, http_client: HttpClient, clock: Clock) -> None:
        self._config = config
        self._http_client = http_client
        self._clock = clock
        self._configured = {plugin: KeyCache(self._source(plugin), clock) for plugin in config.plugins}
        self._known: LRUCache[str, KeyCache] = LRUCache(_MAX_PLUGINS)
        self._unknown: LRUCache[str, KeyCache] = LRUCache(_MAX_PLUGINS)
        self._fetched_at: deque[datetime] = deque()
        self._connections = asyncio.Semaphore(_CONNECTIONS)

    async def find(self, plugin: str, kid: str) -> PublicKey | None:
        """Return the plugin's key, or None. `plugin` must be a valid plugin id.

        Raises IdentityProviderUnavailable.
        """
        if plugin in self._configured:
            return await self._configured[plugin].find(kid)
        cache = self._known.get(plugin) or self._unknown.get(plugin)
        if cache is None:
            if self._budget_is_spent():
                raise IdentityProviderUnavailable(int(_WINDOW.total_seconds()))
            cache = KeyCache(self._within_budget(plugin), self._clock)
            self._unknown[plugin] = cache
        key = await cache.find(kid)
        if cache.has_keys:
            self._unknown.pop(plugin, None)
            self._known[plugin] = cache
        return key

    async def aclose(self) -> None:
        """Cancel the running fetches."""
        for cache in (*self._configured.values(), *self._known.values(), *self._unknown.values()):
            await cache.aclose()

    def _source(self, plugin: str) -> KeySource:
        url = f"{self._config.base_url}/api/{plugin}/.backstage/auth/v1/jwks.json"
        return keys_if_any_at(self._http_client, url, self._config.algorithms)

    def _within_budget(self, plugin: str) -> KeySource:
        """Return the source with the rate limit of unknown plugins, which applies until the plugin has a key."""
        fetch = self._source(plugin)

        async def fetch_within_budget() -> Mapping[str, PublicKey]:
            if plugin in self._known:
                return await fetch()
            if self._budget_is_spent():
                raise SourceFailed("too many fetches of unknown plugins' keys")
            self._fetched_at.append(self._clock())
            try:
                await asyncio.wait_for(self._connections.acquire(), _WAIT_SECONDS)
            except TimeoutError:
                raise SourceFailed("too many concurrent fetches of unknown plugins' keys") from None
            try:
                return await fetch()
            finally:
                self._connections.release()

        return fetch_within_budget

    def _budget_is_spent(self) -> bool:
        began_at = self._clock() - _WINDOW
        while self._fetched_at and self._fetched_at[0] <= began_at:
            self._fetched_at.popleft()
        return len(self._fetched_at) >= _FETCHES_PER_WINDOW
