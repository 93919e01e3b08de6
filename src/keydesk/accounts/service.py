"""Looks up a person's LiteLLM account. Creates it on first use and updates it when the configuration changes."""

from dataclasses import dataclass

from keydesk.accounts.models import AccountRecord, Inspection, KnownAccount
from keydesk.accounts.policy import litellm_user_id
from keydesk.accounts.provisioning import Provisioner
from keydesk.accounts.resync import Resync
from keydesk.accounts.store import AccountStore
from keydesk.directory.entry import Directory, Entry
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import AccountNotFound, DirectoryUnavailable, NotAnAccount
from keydesk.litellm import LiteLLM, User
from keydesk.settings import Gateway


@dataclass(frozen=True, slots=True)
class Accounts:
    gateway: LiteLLM
    settings: Gateway
    directory: Directory
    store: AccountStore
    provisioner: Provisioner
    resync: Resync

    async def of(self, person: Person) -> User:
        """Return the person's current LiteLLM user.

        Raises NotAnAccount if the person cannot have an account or has left the directory, and AccountNotFound if
        there is no account and provisioning is turned off.
        """
        return await self.admitted(await self.look_up(person), person)

    def user_id_of(self, person: Person) -> str:
        """Return the person's LiteLLM user id. Raises NotAnAccount if the person cannot have an account."""
        return litellm_user_id(person, self.settings.user_id_domain)

    async def look_up(self, person: Person) -> KnownAccount:
        """Return the account and create it if necessary. Does not check whether the person may use it.

        Raises AccountNotFound if provisioning is turned off, and NotAnAccount if the account belongs to someone else.
        """
        user_id = self.user_id_of(person)
        record = await self._own_record(user_id, person)
        user = await self.gateway.users.get(user_id)
        if user is None and not self.settings.provisioning.enabled:
            raise AccountNotFound
        if user is not None:
            return KnownAccount(user, record)
        user = await self.provisioner.provision(person, user_id)
        return KnownAccount(user, await self.store.find(user_id), changed=True)

    async def admitted(self, known: KnownAccount, person: Person) -> User:
        """Return the user after updating it to match the directory and the configuration.

        While the directory is unavailable, existing users are returned unchanged. Raises NotAnAccount if the person
        has left the directory or the account belongs to someone else.
        """
        record = known.record
        _check_is_own(record, person)
        try:
            entry = await self.directory.find(person)
        except DirectoryUnavailable:
            if record is not None and record.left_at is not None:
                raise _left() from None
            return known.user
        if entry is None:
            raise _left()
        if record is None:
            await self.store.adopt(known.user.user_id, person.ref)
            known.changed = True
        elif not self._is_settled(known, record, entry):
            known.user = await self.resync.apply(record, entry, person) or known.user
            known.shown.clear()
            known.changed = True
            known.settled_for = entry
        return known.user

    def admits(self, known: KnownAccount, person: Person) -> bool:
        """Return whether `admitted` would return the user unchanged, without waiting."""
        record, entry = known.record, self.directory.cached(person)
        if record is None or record.ref != person.ref or entry is None or known.changed:
            return False
        return self._is_settled(known, record, entry)

    async def inspect(self, entry: Entry) -> Inspection:
        """Return the state of the account of a directory entry, without changing or creating it."""
        person = Person(entry.ref)
        try:
            user_id = litellm_user_id(person, self.settings.user_id_domain)
            record = await self._own_record(user_id, person)
        except NotAnAccount as refusal:
            return Inspection(None, obstacle=refusal.error)
        exists = await self.gateway.users.get(user_id) is not None
        if record is None:
            return Inspection(user_id, exists)
        suspended = record.left_at is not None
        found = await self.resync.plan(record, entry)
        return Inspection(user_id, exists, suspended, tuple(found))

    def _is_settled(self, known: KnownAccount, record: AccountRecord, entry: Entry) -> bool:
        """Return whether the account matches the directory entry, and remember the entry if it does."""
        if known.settled_for != entry and not self.resync.is_due(record, entry):
            known.settled_for = entry
        return known.settled_for == entry

    async def _own_record(self, user_id: str, person: Person) -> AccountRecord | None:
        record = await self.store.find(user_id)
        _check_is_own(record, person)
        return record


def _check_is_own(record: AccountRecord | None, person: Person) -> None:
    if record is not None and record.ref != person.ref:
        raise NotAnAccount(
            message("The LiteLLM account with your user name belongs to someone else."),
            hint=message("Ask the platform team."),
        )


def _left() -> NotAnAccount:
    return NotAnAccount(
        message("You are not in the directory."), hint=message("Ask the platform team to add you.")
    )
