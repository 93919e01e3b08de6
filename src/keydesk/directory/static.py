"""A directory written down in the configuration, for small installations and the demo."""

from collections.abc import Iterable

from keydesk.directory.entry import Entry
from keydesk.identity.principal import Person
from keydesk.settings import DirectoryPerson


class StaticDirectory:
    def __init__(self, people: Iterable[DirectoryPerson]) -> None:
        self._entries = {
            person.ref: Entry(person.ref, person.email, person.display_name, frozenset(person.groups))
            for person in people
        }

    async def find(self, person: Person) -> Entry | None:
        return self._entries.get(person.ref)

    def everybody(self) -> list[Entry]:
        """All people, by name: what the demo sign-in offers."""
        return sorted(self._entries.values(), key=lambda entry: entry.display_name or entry.ref)
