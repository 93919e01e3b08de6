"""Finds a person's account in LiteLLM, provisioning it on first use and keeping it in line afterwards."""

from dataclasses import dataclass

from keydesk.accounts.models import AccountRecord, Inspection, KnownAccount
from keydesk.accounts.policy import litellm_user_id
from keydesk.accounts.provisioning import Provisioner
from keydesk.accounts.resync import Resync
from keydesk.accounts.store import AccountStore
from keydesk.directory.entry import Directory, Entry
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
        """The person's LiteLLM user as it is now.

        Raises NotAnAccount for who can have none or has left the directory, AccountNotFound when there is
        none and provisioning is off.
        """
        return await self.admitted(await self.look_up(person), person)

    def user_id_of(self, person: Person) -> str:
        """The LiteLLM user id of the person. Raises NotAnAccount for who can have none."""
        return litellm_user_id(person, self.settings.user_id_domain)

    async def look_up(self, person: Person) -> KnownAccount:
        """The account, provisioned now if need be. Whether the person may use it is not looked at.

        Raises AccountNotFound, and NotAnAccount for one of somebody else.
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
        """The account in line with directory and configuration. While the directory is down, known people go on.

        Raises NotAnAccount for who has left the directory, and for an account of somebody else.
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
        elif known.settled_for != entry:
            if self.resync.is_due(record, entry):
                known.user = await self.resync.apply(record, entry, person) or known.user
                known.shown.clear()
                known.changed = True
            known.settled_for = entry
        return known.user

    async def inspect(self, entry: Entry) -> Inspection:
        """The account of anybody the directory knows. Changes nothing and provisions nobody."""
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

    async def _own_record(self, user_id: str, person: Person) -> AccountRecord | None:
        record = await self.store.find(user_id)
        _check_is_own(record, person)
        return record


def _check_is_own(record: AccountRecord | None, person: Person) -> None:
    if record is not None and record.ref != person.ref:
        raise NotAnAccount(
            "The LiteLLM account with your user name belongs to someone else.", hint="Ask the platform team."
        )


def _left() -> NotAnAccount:
    return NotAnAccount("You are not in the directory.", hint="Ask the platform team to add you.")
