"""The responses of GET /config. They are encoded once for each role, because the rules for lifetimes depend on it."""

from pydantic import TypeAdapter

from keydesk.cache.cache import CacheMiss
from keydesk.cache.cached_json import EncodedBody
from keydesk.config.models import ConfigView, client_config
from keydesk.http.cached_answer import CachedAnswer
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.lifetimes.service import Lifetimes
from keydesk.settings import Gateway, RoleLifetimes

_CONFIG = TypeAdapter(ConfigView)


class ConfigAnswers:
    def __init__(self, settings: Gateway, lifetimes: Lifetimes, address: str | None) -> None:
        roles: list[RoleLifetimes | None] = [None, *settings.key_lifetimes.roles]
        self._lifetimes = lifetimes
        self._by_group = {
            role and role.group: CachedAnswer(EncodedBody.of(_CONFIG, client_config(settings, role, address)))
            for role in reversed(roles)
        }

    async def of(self, person: Person) -> CachedAnswer:
        """Return the response for the person. Without a directory, it has the rules of people without a role."""
        try:
            entry = await self._lifetimes.directory.find(person) if self._has_roles else None
        except DirectoryUnavailable:
            entry = None
        return self._for_role(self._lifetimes.role_of(entry))

    def cached(self, person: Person) -> CachedAnswer:
        """Return the response without waiting. Raises CacheMiss."""
        if not self._has_roles:
            return self._for_role(None)
        entry = self._lifetimes.directory.cached(person)
        if entry is None:
            raise CacheMiss
        return self._for_role(self._lifetimes.role_of(entry))

    @property
    def _has_roles(self) -> bool:
        return len(self._by_group) > 1

    def _for_role(self, role: RoleLifetimes | None) -> CachedAnswer:
        return self._by_group[role and role.group]
