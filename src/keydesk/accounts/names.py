"""Names and email addresses of people and titles of groups, for pages: from the directory, else from LiteLLM.

They are never a reason to fail: without a directory and LiteLLM, people and groups appear by their names in references.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from cachetools import TTLCache

from keydesk.accounts.policy import litellm_user_id, ref_of_account
from keydesk.accounts.store import AccountStore
from keydesk.directory.entry import Directory, Entry
from keydesk.kit.entity_refs import split_ref
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable, NotAnAccount
from keydesk.litellm import LiteLLM, LiteLLMError, User

_KEPT = 20_000
_KEPT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class PersonName:
    """`name` is the display name, else the email address, else the name in the reference."""

    name: str
    email: str | None = None

    def has(self, text: str) -> bool:
        """Return whether the name or the email address contains the text, regardless of case."""
        return any(text.casefold() in each.casefold() for each in (self.name, self.email) if each)


@dataclass(frozen=True, slots=True)
class PeopleNames:
    """`domain` is what Keydesk appends to user names in LiteLLM, if anything."""

    gateway: LiteLLM
    directory: Directory
    store: AccountStore
    domain: str | None
    _known: TTLCache[str, PersonName] = field(default_factory=lambda: TTLCache(_KEPT, _KEPT_SECONDS))

    async def of_caller(self, person: Person) -> str:
        """Return the name of a person whose credential was verified, without a call of LiteLLM."""
        if person.asserted and person.asserted.display_name:
            return person.asserted.display_name
        try:
            entry = await self.directory.find(person)
        except DirectoryUnavailable:
            entry = None
        return (entry and entry.display_name) or person.name

    async def of_refs(self, refs: Iterable[str]) -> dict[str, PersonName]:
        """Return the name of each person by reference. References of other kinds are left out."""
        people = {ref: Person(ref) for ref in refs if ref.startswith("user:")}
        missing = [person for ref, person in people.items() if ref not in self._known]
        entries = await self._entries(missing)
        nameless = [person for person in missing if not _is_named(entries.get(person.ref))]
        accounts = await self._accounts(nameless)
        for person in missing:
            self._known[person.ref] = _name(person, entries.get(person.ref), accounts.get(person.ref))
        return {ref: self._known[ref] for ref in people if ref in self._known}

    async def of_accounts(self, user_ids: Iterable[str]) -> dict[str, PersonName]:
        """Return the name of each account by LiteLLM user id. An id that is no user name stands for itself."""
        refs = {user_id: ref_of_account(user_id, self.domain) for user_id in user_ids}
        named = await self.of_refs(ref for ref in refs.values() if ref)
        return {user_id: named.get(ref or "", PersonName(user_id)) for user_id, ref in refs.items()}

    async def matching(self, text: str) -> list[str]:
        """Return the references of people with an account whose name or email contains the text."""
        refs = [record.ref async for page in self.store.pages() for record in page]
        return sorted(ref for ref, person in (await self.of_refs(refs)).items() if person.has(text))

    async def accounts_matching(self, text: str) -> list[str]:
        """Return the LiteLLM user ids of the people that `matching` finds."""
        people = [Person(ref) for ref in await self.matching(text)]
        return [user_id for person in people if (user_id := self._user_id(person))]

    async def of_groups(self, refs: Collection[str]) -> dict[str, str]:
        """Return the title of each group by reference."""
        try:
            titles = await self.directory.titles([ref for ref in refs if ref.startswith("group:")])
        except DirectoryUnavailable:
            titles = {}
        return {ref: titles.get(ref) or split_ref(ref)[2] or ref for ref in refs}

    async def _entries(self, people: Collection[Person]) -> dict[str, Entry | None]:
        try:
            return await self.directory.find_many(people) if people else {}
        except DirectoryUnavailable:
            return {}

    async def _accounts(self, people: Collection[Person]) -> dict[str, User]:
        """Return the LiteLLM users of people by reference."""
        ids = {person.ref: user_id for person in people if (user_id := self._user_id(person))}
        try:
            users = {user.user_id: user for user in await self.gateway.users.list([*ids.values()])}
        except LiteLLMError:
            return {}
        return {ref: users[user_id] for ref, user_id in ids.items() if user_id in users}

    def _user_id(self, person: Person) -> str | None:
        try:
            return litellm_user_id(person, self.domain)
        except NotAnAccount:
            return None


def _is_named(entry: Entry | None) -> bool:
    return entry is not None and entry.display_name is not None


def _name(person: Person, entry: Entry | None, account: User | None) -> PersonName:
    email = (entry.email if entry else None) or (account.user_email if account else None)
    name = (entry.display_name if entry else None) or (account.user_alias if account else None)
    return PersonName(name or email or person.name, email)
