"""Creates accounts in LiteLLM, with exactly one `/user/new` per person across all replicas.

LiteLLM returns 200 for concurrent creations that it does not store, and echoes the request. Therefore the account is
read back and compared.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import structlog

from keydesk.accounts.models import AppliedSettings, Difference
from keydesk.accounts.policy import changes_for, differences, effective_settings, new_user, wanted_settings
from keydesk.accounts.store import AccountStore
from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.directory.entry import Directory, Entry
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting, NotAnAccount, UpstreamRefused
from keydesk.litellm import Conflict, LiteLLM, NotFound, Team, User
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
    """Provisioning attempts by outcome: created, found (another request was first), refused, failed."""

    async def provision(self, person: Person, user_id: str) -> User:
        """Return the account, which is created unless a concurrent request has created it.

        Raises NotAnAccount if the person is not in the directory, DirectoryUnavailable if the directory cannot be
        reached, and Conflicting if the email address is in use.
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
            raise NotAnAccount(
                message("You are not in the directory."), hint=message("Ask the platform team to add you.")
            )
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
                # Stored before the outcome: if the outcome is missing, reconciliation stores the record.
                await self.store.remember(user_id, entry.ref, wanted, self.clock())
        except Conflict as conflict:
            return await self._existing(user_id, conflict)
        _log.info("account_provisioned", user_id=user_id)
        return await self._as_stored(user_id, wanted)

    async def _existing(self, user_id: str, conflict: Conflict) -> User:
        """Return the user that was created concurrently. Raises Conflicting if the email is in use."""
        user = await self.gateway.users.get(user_id)
        if user is None:
            raise Conflicting(
                message("Another LiteLLM account already uses your email address."),
                hint=message("Ask the platform team to remove or rename that account."),
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
                message("LiteLLM did not store the new account as requested."),
                hint=message("Try again in a moment."),
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
        await sync_teams(self.gateway, self.audit, found)


def account_lease(user_id: str) -> str:
    """Return the name of the lease to hold while creating or changing an account."""
    return f"account:{user_id}"


def without_teams(found: Iterable[Difference]) -> list[Difference]:
    """Return the differences that an update of the account resolves. Teams need membership calls."""
    return [each for each in found if each.setting != "teams"]


async def sync_teams(gateway: LiteLLM, audit: Audit, found: Iterable[Difference]) -> None:
    """Add the account to the configured teams and remove it from others. Each change is recorded.

    A team that LiteLLM does not have is skipped, so that a wrong configuration does not block the account.
    """
    for each in found:
        if each.setting == "teams":
            await _sync_teams_of(gateway, audit, each)


async def _sync_teams_of(gateway: LiteLLM, audit: Audit, found: Difference) -> None:
    for team_id in sorted(set(found.wanted) - set(found.current)):
        member = {"team_id": team_id, "user_id": found.user_id}
        joining = Change(SYSTEM_ACTOR, Action.CREATED, AuditedTable.MEMBERSHIP, team_id, after=member)
        await _recorded(audit, joining, gateway.teams.add_member)
    for team_id in sorted(set(found.current) - set(found.wanted)):
        member = {"team_id": team_id, "user_id": found.user_id}
        leaving = Change(SYSTEM_ACTOR, Action.DELETED, AuditedTable.MEMBERSHIP, team_id, before=member)
        await _recorded(audit, leaving, gateway.teams.remove_member)


async def _recorded(audit: Audit, change: Change, call: Callable[..., Awaitable[Team]]) -> None:
    try:
        async with audit.recording(change):
            await call(**(change.after or change.before))
    except (NotFound, Conflict) as refusal:
        _log.warning("configured_team_refused", team=change.object_id, kind=type(refusal).__name__)
