"""Updates existing accounts to match the directory and the configuration. Changes only settings that Keydesk set."""

from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from keydesk.accounts.models import AccountRecord, Difference
from keydesk.accounts.policy import changes_for, differences, effective_settings, wanted_settings
from keydesk.accounts.provisioning import account_lease, sync_teams, without_teams
from keydesk.accounts.store import AccountStore
from keydesk.audit.models import SYSTEM_ACTOR, Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.directory.entry import Directory, Entry
from keydesk.kit.clock import Clock
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import NotAnAccount
from keydesk.litellm import LiteLLM, User, UserChanges
from keydesk.settings import Provisioning
from keydesk.storage.leases import Leases

_log = structlog.get_logger(__name__)


class Suspension(Protocol):
    """Blocks and unblocks the keys of an account, such as `KeySuspension`."""

    async def impose(self, user_id: str) -> None: ...

    async def impose_again(self, user_id: str) -> None: ...

    async def lift(self, user_id: str) -> None: ...


class RunningGrants(Protocol):
    """What one account has for a time only."""

    def without(self, user: User) -> User: ...

    def on_top_of(self, changes: UserChanges) -> tuple[UserChanges, list[Any]]: ...


class AccountGrants(Protocol):
    """The running grants of accounts, which are compared without them, such as `requests.AccountGrants`."""

    async def of_account(self, user_id: str) -> RunningGrants: ...


@dataclass(frozen=True, slots=True)
class Resync:
    gateway: LiteLLM
    settings: Provisioning
    directory: Directory
    store: AccountStore
    suspension: Suspension
    grants: AccountGrants
    leases: Leases
    audit: Audit
    clock: Clock

    def is_due(self, record: AccountRecord, entry: Entry) -> bool:
        """Return whether the configuration or the person's groups have changed since the settings were applied."""
        if record.left_at is not None:
            return True
        wanted = wanted_settings(effective_settings(self.settings, entry.groups))
        return any(record.applied[setting] != wanted[setting] for setting in record.applied)

    async def plan(self, record: AccountRecord, entry: Entry) -> list[Difference]:
        """Return the differences, including settings changed by others, which `apply` does not overwrite."""
        user = await self.gateway.users.get(record.user_id)
        if user is None:
            return []
        bare = (await self.grants.of_account(user.user_id)).without(user)
        return self._differences(bare, record, entry)

    async def apply(self, record: AccountRecord, entry: Entry, person: Person | None = None) -> User | None:
        """Update the account and lift a suspension. Return the user, or None if it no longer exists.

        `entry` may be cached. A suspension is lifted only after a fresh directory lookup. Raises NotAnAccount if the
        person is not in the directory, and DirectoryUnavailable if the directory cannot be reached.
        """
        async with self.leases.hold(account_lease(record.user_id)):
            current = await self.store.find(record.user_id)
            user = await self.gateway.users.get(record.user_id)
            if user is None or current is None:
                return user
            if current.left_at is not None:
                if await self.directory.find_now(person or Person(current.ref)) is None:
                    raise NotAnAccount(
                        message("You are not in the directory."),
                        hint=message("Ask the platform team to add you."),
                    )
                await self.suspension.lift(record.user_id)
                await self.store.set_returned(record.user_id)
            return await self._settle(user, current, entry)

    async def suspend(self, record: AccountRecord) -> None:
        """Block the keys of a person who left the directory. They can be unblocked when the person returns.

        The suspension is stored before and after blocking, so that an interrupted suspension is continued. Does nothing
        if a fresh lookup finds the person. Raises DirectoryUnavailable if the directory cannot be reached.
        """
        async with self.leases.hold(account_lease(record.user_id)):
            if await self.directory.find_now(Person(record.ref)) is not None:
                return
            await self.store.set_left(record.user_id, self.clock())
            await self.suspension.impose(record.user_id)
            await self.store.set_suspended(record.user_id, self.clock())
        _log.info("account_suspended", user_id=record.user_id)

    async def keep_suspended(self, record: AccountRecord) -> None:
        """Block the active keys of a suspended account, which were created or unblocked in LiteLLM itself."""
        async with self.leases.hold(account_lease(record.user_id)):
            current = await self.store.find(record.user_id)
            if current is not None and current.suspended_at is not None:
                await self.suspension.impose_again(record.user_id)

    def _differences(self, user: User, record: AccountRecord, entry: Entry) -> list[Difference]:
        wanted = wanted_settings(effective_settings(self.settings, entry.groups))
        return differences(user, record.applied, wanted)

    async def _settle(self, user: User, record: AccountRecord, entry: Entry) -> User:
        grants = await self.grants.of_account(user.user_id)
        found = self._differences(grants.without(user), record, entry)
        ours = [each for each in found if not each.by_hand]
        if settings := without_teams(ours):
            await self._update(user, record, settings, grants)
        await sync_teams(self.gateway, self.audit, ours)
        wanted = wanted_settings(effective_settings(self.settings, entry.groups))
        by_hand = {each.setting for each in found if each.by_hand}
        applied = {name: record.applied[name] if name in by_hand else wanted[name] for name in record.applied}
        if applied != record.applied:
            await self.store.set_applied(user.user_id, applied)
        return (await self.gateway.users.get(user.user_id) or user) if ours else user

    async def _update(
        self, user: User, record: AccountRecord, settings: list[Difference], grants: RunningGrants
    ) -> None:
        """Update the account. What was granted for a time stays on top of the new settings."""
        changes, moved = grants.on_top_of(changes_for(settings, user, record.applied))
        before = {each.setting: each.current for each in settings}
        after = {each.setting: each.wanted for each in settings}
        if moved:
            # The entry has what LiteLLM had and gets, with the grants.
            both = {"max_budget", "models"} & before.keys()
            before |= user.model_dump(mode="json", include=both)
            after |= changes.model_dump(mode="json", include=both)
        change = Change(SYSTEM_ACTOR, Action.UPDATED, AuditedTable.USER, user.user_id, before, after)
        async with self.audit.recording(change) as intent:
            await self.gateway.users.update(user.user_id, changes)
            intent.also += moved
