"""Cached reads of accounts, keys, teams and models. Changes and their rules do not use them.

Access is checked for each request: identity, directory groups and team-admin groups. A cache entry holds only what
LiteLLM returned about one person, or about all teams.
"""

from dataclasses import dataclass, replace
from typing import Self

from keydesk.accounts.models import KnownAccount
from keydesk.auth.group_members import TeamAdmins
from keydesk.cache.cache import CachedResult
from keydesk.cache.cache_policy import CachePolicy
from keydesk.cache.cached_json import EncodedBody
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.litellm import LiteLLMError, User
from keydesk.models.models import ModelView
from keydesk.teams.models import TeamView
from keydesk.views.loaders import TEAMS, KeysBody, Loaders


@dataclass(frozen=True, slots=True)
class Views:
    """The views. Each returns a `CachedResult`: the value and its age. `EncodedBody.value()` returns typed objects.

    They raise the errors of the live services.
    """

    loaders: Loaders
    admins: TeamAdmins

    def within(self, max_age_seconds: float) -> Self:
        """Return the same views for readers who wait for newer data instead of getting older data."""
        return replace(self, loaders=self.loaders.within(max_age_seconds))

    async def account(self, person: Person) -> CachedResult[User]:
        """Return the person's account. Raises the errors of `Accounts.of`."""
        known = await self.known_account(person)
        return CachedResult(known.value.user, known.age_seconds, known.in_outage)

    async def recent_account(self, person: Person) -> User:
        """Return the account for a rule: from a fresh cache entry, or else from LiteLLM."""
        return (await self.known_account(person, self.loaders.policy.fresh_only())).value.user

    async def known_account(
        self, person: Person, policy: CachePolicy | None = None
    ) -> CachedResult[KnownAccount]:
        """Return the account together with Keydesk's own record of it."""
        accounts = self.loaders.accounts
        loader = self.loaders.account(person, accounts.user_id_of(person), policy)
        known = await self.loaders.cache.get(loader)
        try:
            await accounts.admitted(known.value, person)
        except LiteLLMError:
            # The account is synchronized once LiteLLM is available again.
            if not known.in_outage:
                raise
        if known.value.changed:
            known.value.changed = False
            self.loaders.cache.prepare(loader)
        return known

    async def keys(self, person: Person) -> CachedResult[KeysBody]:
        """Return the person's keys, newest first."""
        user_id = (await self.known_account(person)).value.user.user_id
        return await self.loaders.cache.get(self.loaders.keys(user_id))

    async def teams(self, person: Person) -> CachedResult[EncodedBody[list[TeamView]]]:
        """Return the person's teams with the fields that members can see."""
        user_id = (await self.known_account(person)).value.user.user_id
        manages = await self._manages(person)
        loader = self.loaders.teams_of_admin(user_id) if manages else self.loaders.teams(user_id)
        return await self.loaders.cache.get(loader)

    async def managed_teams(self, person: Person) -> CachedResult[EncodedBody[list[TeamView]]]:
        """Return the teams of the person's team-admin groups. Empty for everyone else."""
        groups = await self.admins.groups_of(person)
        return await self.loaders.cache.get(self.loaders.managed(groups)) if groups else NO_TEAMS

    async def models(self, _: Person | None = None) -> CachedResult[EncodedBody[list[ModelView]]]:
        """Return the gateway's models. They are the same for everyone."""
        return await self.loaders.cache.get(self.loaders.models())

    async def _manages(self, person: Person) -> bool:
        """Return whether the person is a team admin. False while the directory is unavailable."""
        try:
            return bool(await self.admins.groups_of(person))
        except DirectoryUnavailable:
            return False


NO_TEAMS: CachedResult[EncodedBody[list[TeamView]]] = CachedResult(EncodedBody.of(TEAMS, []))
