"""A directory in the configuration or a file, for small installations and the demo."""

from collections.abc import Collection, Iterable, Mapping

from keydesk.directory.entry import Entry, with_parents
from keydesk.kit.people import Person
from keydesk.settings import DirectoryPerson


class StaticDirectory:
    """`parents` maps a group to its parent groups, all as full references."""

    def __init__(
        self, people: Iterable[DirectoryPerson], parents: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        people = tuple(people)
        self._parents = parents or {}
        self._groups = {group for person in people for group in with_parents(person.groups, self._parents)}
        self._groups |= with_parents(self._parents, self._parents)
        self._entries = {
            person.ref: Entry(
                person.ref,
                person.email,
                person.display_name,
                with_parents(person.groups, self._parents),
                person.cost_center,
                tuple(person.labels.items()),
            )
            for person in people
        }

    async def find(self, person: Person) -> Entry | None:
        return self._entries.get(person.ref)

    def cached(self, person: Person) -> Entry | None:
        return self._entries.get(person.ref)

    async def find_now(self, person: Person) -> Entry | None:
        return await self.find(person)

    async def find_many(self, persons: Iterable[Person]) -> dict[str, Entry | None]:
        return {person.ref: self._entries.get(person.ref) for person in persons}

    async def lineage(self, group: str) -> frozenset[str] | None:
        return with_parents([group], self._parents) if group in self._groups else None

    async def titles(self, groups: Collection[str]) -> dict[str, str]:  # noqa: ARG002 - the interface's
        """Return nothing: groups are names in the configuration."""
        return {}

    def everybody(self) -> list[Entry]:
        """Return all people by name, for the demo sign-in."""
        return sorted(self._entries.values(), key=lambda entry: entry.display_name or entry.ref)
