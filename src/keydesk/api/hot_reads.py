"""The reads that the fast lane serves from the cache: the same responses as the routes give, without waiting."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from keydesk.accounts.models import KnownAccount
from keydesk.api.auditors import Auditors
from keydesk.api.config_answers import ConfigAnswers
from keydesk.cache.cache import CachedResult, CacheLoader, CacheMiss
from keydesk.cache.cached_json import EncodedBody
from keydesk.directory.entry import Entry
from keydesk.http.cached_answer import CachedAnswer
from keydesk.http.fast_lane import HotRead
from keydesk.kit.people import Person
from keydesk.settings import Settings
from keydesk.teams.models import TeamView
from keydesk.usage.service import Usage
from keydesk.views.loaders import KeysBody
from keydesk.views.service import NO_TEAMS, Views

Body = TypeVar("Body", bound=EncodedBody[Any])
_REMEMBERED = 10_000


class HotReads:
    """Each method is a `HotRead`. It follows the rules of the route and raises CacheMiss if it cannot apply them."""

    def __init__(self, views: Views, auditors: Auditors, usage: Usage, configs: ConfigAnswers) -> None:
        self._loaders = views.loaders
        self._cache = views.loaders.cache
        self._accounts = views.loaders.accounts
        self._admins = views.admins
        self._auditors = auditors.group
        self._usage = usage
        self._configs = configs
        self._models = views.loaders.models()
        self._of_person = lru_cache(_REMEMBERED)(self._loaders_of_person)

    def by_path(self, api: str, settings: Settings) -> Mapping[str, HotRead]:
        """Return the hot reads by full path. `api` is the prefix."""
        reads: dict[str, HotRead] = {
            "/user/info": self.account,
            "/keys": self.keys,
            "/models": self.models,
            "/teams": self.teams,
            "/teams/managed": self.managed_teams,
            "/config": self.config,
            "/usage": self.usage,
        }
        if settings.litellm.bridge.enabled:
            reads |= {"/bridge/keys": self.keys, "/bridge/models": self.models}
        return {api + path: read for path, read in reads.items()}

    def account(self, person: Person, _: bytes) -> CachedAnswer:
        """Return the account of anyone but auditors, whose permissions the route checks."""
        result = self._known_account(person)
        encoded = result.value.shown.get(False)
        if encoded is None or result.in_outage or self._auditors.includes(self._entry(person)):
            raise CacheMiss
        return CachedAnswer(encoded, result)

    def keys(self, person: Person, _: bytes) -> CachedAnswer:
        self._known_account(person)
        return self._answer(self._of_person(person).keys)

    def teams(self, person: Person, _: bytes) -> CachedAnswer:
        self._known_account(person)
        loaders = self._of_person(person)
        manages = self._admins.groups_in(self._entry(person))
        return self._answer(loaders.teams_of_admin if manages else loaders.teams)

    def managed_teams(self, person: Person, _: bytes) -> CachedAnswer:
        groups = self._admins.groups_in(self._entry(person))
        return self._answer(self._loaders.managed(groups)) if groups else CachedAnswer(NO_TEAMS.value)

    def models(self, _: Person, __: bytes) -> CachedAnswer:
        return self._answer(self._models)

    def config(self, person: Person, _: bytes) -> CachedAnswer:
        return self._configs.cached(person)

    def usage(self, person: Person, query: bytes) -> CachedAnswer:
        fresh = self._usage.fresh_for_user(self._known_account(person).value.user, query)
        if fresh is None:
            raise CacheMiss
        return CachedAnswer(fresh.ready)

    def _known_account(self, person: Person) -> CachedResult[KnownAccount]:
        result = self._cache.get_cached(self._of_person(person).account)
        if not self._accounts.admits(result.value, person):
            raise CacheMiss
        return result

    def _entry(self, person: Person) -> Entry:
        entry = self._accounts.directory.cached(person)
        if entry is None:
            raise CacheMiss
        return entry

    def _answer(self, loader: CacheLoader[Body]) -> CachedAnswer:
        result = self._cache.get_cached(loader)
        return CachedAnswer(result.value, result)

    def _loaders_of_person(self, person: Person) -> "_LoadersOfPerson":
        """Depends on the person only, so a cached result is never outdated."""
        loaders, user_id = self._loaders, self._accounts.user_id_of(person)
        return _LoadersOfPerson(
            loaders.account(person, user_id),
            loaders.keys(user_id),
            loaders.teams(user_id),
            loaders.teams_of_admin(user_id),
        )


class _LoadersOfPerson(NamedTuple):
    account: CacheLoader[KnownAccount]
    keys: CacheLoader[KeysBody]
    teams: CacheLoader[EncodedBody[list[TeamView]]]
    teams_of_admin: CacheLoader[EncodedBody[list[TeamView]]]
