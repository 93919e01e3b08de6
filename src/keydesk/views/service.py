"""What people look at, from snapshots: account, keys, teams, models. Changes and their rules never look here.

Who may see what is decided for each request: identity, the directory's word, team-admin groups. A snapshot only
holds what LiteLLM said of one person, or of all teams.
"""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from keydesk.accounts.models import KnownAccount
from keydesk.auth.group_members import TeamAdmins
from keydesk.cache.cache import CachedResult, CacheLoader
from keydesk.cache.cache_policy import CachePolicy
from keydesk.cache.cached_json import EncodedBody
from keydesk.keys.models import KeyView
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.litellm import LiteLLMError, User
from keydesk.models.models import ModelView
from keydesk.teams.models import TeamView
from keydesk.views.sources import TEAMS, Sources

T = TypeVar("T")


class Get(Protocol):
    """`Cache.get` or `Cache.get_cached`."""

    async def __call__(self, loader: CacheLoader[T]) -> CachedResult[T]: ...


@dataclass(frozen=True, slots=True)
class Views:
    """Each answers with `CachedResult`: the value and its age. `.value.value()` of an encoded one are typed objects.

    Raises what the live services raise, and CacheMiss where `get` must not wait.
    """

    get: Get
    sources: Sources
    admins: TeamAdmins

    async def account(self, person: Person) -> CachedResult[User]:
        """The person's account. Raises as `Accounts.of` does."""
        seen = await self.known(person)
        return CachedResult(seen.value.user, seen.age_seconds, seen.in_outage)

    async def recent_account(self, person: Person) -> User:
        """The account for a rule: a snapshot only while it is fresh, else as it is now."""
        return (await self.known(person, self.sources.policy.fresh_only())).value.user

    async def known(self, person: Person, policy: CachePolicy | None = None) -> CachedResult[KnownAccount]:
        """The account with what the key desk remembers of it."""
        accounts = self.sources.accounts
        source = self.sources.account(person, accounts.user_id_of(person), policy)
        seen = await self.get(source)
        try:
            await accounts.admitted(seen.value, person)
        except LiteLLMError:
            # Bringing the account in line has to wait until LiteLLM is back.
            if not seen.in_outage:
                raise
        if seen.value.changed:
            seen.value.changed = False
            self.sources.snapshots.prepare(source)
        return seen

    async def keys(self, person: Person) -> CachedResult[EncodedBody[list[KeyView]]]:
        """The person's keys, newest first."""
        user_id = (await self.known(person)).value.user.user_id
        return await self.get(self.sources.keys(user_id))

    async def teams(self, person: Person) -> CachedResult[EncodedBody[list[TeamView]]]:
        """The person's teams, as members are shown them."""
        user_id = (await self.known(person)).value.user.user_id
        manages = await self._manages(person)
        source = self.sources.teams_of_admin(user_id) if manages else self.sources.teams(user_id)
        return await self.get(source)

    async def managed_teams(self, person: Person) -> CachedResult[EncodedBody[list[TeamView]]]:
        """The teams of the person's team-admin groups; an empty list for everybody else."""
        groups = await self.admins.groups_of(person)
        return await self.get(self.sources.managed(groups)) if groups else _NO_TEAMS

    async def models(self, _: Person | None = None) -> CachedResult[EncodedBody[list[ModelView]]]:
        """The models of the gateway, the same for everybody."""
        return await self.get(self.sources.models())

    async def _manages(self, person: Person) -> bool:
        """Members go on as members while the directory cannot say what else they are."""
        try:
            return bool(await self.admins.groups_of(person))
        except DirectoryUnavailable:
            return False


_NO_TEAMS: CachedResult[EncodedBody[list[TeamView]]] = CachedResult(EncodedBody.of(TEAMS, []))
