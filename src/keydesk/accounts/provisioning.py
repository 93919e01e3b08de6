"""Creates an account in LiteLLM: exactly one `/user/new` for each person, over all tasks and replicas.

LiteLLM answers 200 to creations that it does not store (it echoes the request when two race), so the
account is read back and compared.
"""

from collections import Counter
from dataclasses import dataclass, field

import structlog

from keydesk.accounts.joining import settle_teams, without_teams
from keydesk.accounts.models import AppliedSettings, Difference
from keydesk.accounts.policy import changes_for, differences, effective_settings, new_user, wanted_settings
from keydesk.accounts.store import AccountStore
from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.directory.entry import Directory, Entry
from keydesk.kit.clock import Clock
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting, NotAnAccount, UpstreamRefused
from keydesk.litellm import Conflict, LiteLLM, User
from keydesk.settings import Provisioning
from keydesk.storage.leases import Leases

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Provisioner:
    gateway: LiteLLM
    settings: Provisioning
    directory: Directory
    store: AccountStore
    leases: Leases
    audit: Audit
    clock: Clock
    outcomes: Counter[str] = field(default_factory=Counter)
    """How often people came without an account: created, found (somebody else was first), refused, failed."""

    async def provision(self, person: Person, user_id: str) -> User:
        """The account, created now or by whoever came first.

        Raises NotAnAccount for somebody the directory does not know, DirectoryUnavailable when it cannot
        say (an account with the wrong settings is worse than none), Conflicting for an email in use.
        """
        try:
            return await self._provision(person, user_id)
        except (NotAnAccount, Conflicting):
            self.outcomes["refused"] += 1
            raise
        except Exception:
            self.outcomes["failed"] += 1
            raise

    async def _provision(self, person: Person, user_id: str) -> User:
        entry = await self.directory.find(person)
        if entry is None:
            raise NotAnAccount("You are not in the directory.", hint="Ask the platform team to add you.")
        async with self.leases.hold(account_lease(user_id)):
            user = await self.gateway.users.get(user_id)
            outcome = "found" if user else "created"
            user = user or await self._create(user_id, entry)
        self.outcomes[outcome] += 1
        return user

    async def _create(self, user_id: str, entry: Entry) -> User:
        wanted = wanted_settings(effective_settings(self.settings, entry.groups))
        change = Change(entry.ref, Action.CREATED, AuditedTable.USER, user_id, after=wanted)
        try:
            async with self.audit.recording(change):
                await self.gateway.users.create(new_user(user_id, entry, wanted, self.clock()))
                # Before the outcome: while that is missing, the account is looked for and remembered as ours.
                await self.store.remember(user_id, entry.ref, wanted, self.clock())
        except Conflict as conflict:
            return await self._existing(user_id, conflict)
        _log.info("account_provisioned", user_id=user_id)
        return await self._as_stored(user_id, wanted)

    async def _existing(self, user_id: str, conflict: Conflict) -> User:
        """Somebody else than a key desk created the user in this moment, or the email is another user's."""
        user = await self.gateway.users.get(user_id)
        if user is None:
            raise Conflicting(
                "Another LiteLLM account already uses your email address.",
                hint="Ask the platform team to remove or rename that account.",
                param=conflict.param,
            )
        return user

    async def _as_stored(self, user_id: str, wanted: AppliedSettings) -> User:
        user = await self.gateway.users.get(user_id)
        if user is not None and (found := differences(user, wanted, wanted)):
            await self._correct(user, found, wanted)
            user = await self.gateway.users.get(user_id)
        if user is None or without_teams(differences(user, wanted, wanted)):
            raise UpstreamRefused(
                "LiteLLM did not store the new account as requested.", hint="Try again in a moment."
            )
        return user

    async def _correct(self, user: User, found: list[Difference], wanted: AppliedSettings) -> None:
        if settings := without_teams(found):
            before = {each.setting: each.current for each in settings}
            change = Change(
                SYSTEM_ACTOR, Action.UPDATED, AuditedTable.USER, user.user_id, before, after=wanted
            )
            async with self.audit.recording(change):
                await self.gateway.users.update(user.user_id, changes_for(settings, user, wanted))
        await settle_teams(self.gateway, self.audit, found)


def account_lease(user_id: str) -> str:
    """The name of the lease under which an account is created or changed."""
    return f"account:{user_id}"
