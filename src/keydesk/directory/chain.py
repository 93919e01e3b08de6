"""Two directories as one: people the first does not know are looked up in the second."""

from collections.abc import Iterable

from keydesk.directory.entry import Directory, Entry
from keydesk.kit.people import Person


class Chain:
    """The static directory before Backstage's catalog, or before what tokens say, where there is no catalog.

    Tokens do not stand behind a catalog: they would bring back a person who has left it.
    """

    def __init__(self, first: Directory, second: Directory) -> None:
        self._first = first
        self._second = second

    async def find(self, person: Person) -> Entry | None:
        return await self._first.find(person) or await self._second.find(person)

    async def find_now(self, person: Person) -> Entry | None:
        return await self._first.find_now(person) or await self._second.find_now(person)

    async def find_many(self, persons: Iterable[Person]) -> dict[str, Entry | None]:
        by_ref = {person.ref: person for person in persons}
        found = await self._first.find_many(by_ref.values())
        rest = [by_ref[ref] for ref, entry in found.items() if entry is None]
        return found | await self._second.find_many(rest)

    async def lineage(self, group: str) -> frozenset[str] | None:
        first, second = await self._first.lineage(group), await self._second.lineage(group)
        return second if first is None else first | (second or frozenset())
