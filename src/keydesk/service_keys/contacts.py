"""Finds which contacts of service keys are in the directory."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from keydesk.directory.entry import Directory
from keydesk.keys.contact_store import ServiceKeyStore
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable, InvalidRequest
from keydesk.service_keys.models import ContactView, have_left


@dataclass(frozen=True, slots=True)
class KeyContacts:
    store: ServiceKeyStore
    directory: Directory

    async def of(self, key_ids: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Return the contacts of each service key who get notices. While the directory is unavailable: all of them."""
        records = await self.store.of(key_ids)
        views = await self.views({ref for record in records.values() for ref in record.contacts})
        return {
            key_id: [ref for ref in record.contacts if views[ref].in_directory is not False]
            for key_id, record in records.items()
        }

    async def lacking(self) -> list[str]:
        """Return the ids of the service keys without a contact in the directory. Keys of workloads need none.

        While the directory is unavailable, return only those without any contact.
        """
        found: list[str] = []
        async for records in self.store.pages():
            views = await self.views({ref for record in records.values() for ref in record.contacts})
            found += [
                key_id
                for key_id, record in records.items()
                if record.rule is None and have_left(views[ref] for ref in record.contacts)
            ]
        return found

    async def views(self, refs: Iterable[str]) -> Mapping[str, ContactView]:
        """Return each contact by reference."""
        people = {ref: Person(ref) for ref in refs}
        try:
            entries = await self.directory.find_many(people.values()) if people else {}
        except DirectoryUnavailable:
            return {ref: ContactView(ref=ref, in_directory=None) for ref in people}
        return {ref: ContactView(ref=ref, in_directory=entries.get(ref) is not None) for ref in people}

    async def checked(self, refs: Sequence[str]) -> list[ContactView]:
        """Return new contacts. Raises InvalidRequest for people who are not in the directory.

        Raises DirectoryUnavailable if that is unknown.
        """
        entries = await self.directory.find_many([Person(ref) for ref in refs])
        unknown = [ref for ref in refs if entries.get(ref) is None]
        if unknown:
            raise InvalidRequest(
                message("contacts: %(person)s is not in the directory", person=unknown[0]),
                hint=message("Enter people of the directory, such as user:default/jane."),
                param="contacts",
            )
        return [ContactView(ref=ref, in_directory=True) for ref in refs]
