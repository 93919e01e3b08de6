"""A person's directory entry, and the interface of all directories."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from keydesk.kit.labels import Labels
from keydesk.kit.people import Person


@dataclass(frozen=True, slots=True)
class Entry:
    """A person. `groups` are full lower-case references, including parent groups."""

    ref: str
    email: str | None = None
    display_name: str | None = None
    groups: frozenset[str] = field(default_factory=frozenset)
    cost_center: str | None = None
    labels: Labels = ()


class Directory(Protocol):
    async def find(self, person: Person) -> Entry | None:
        """Return the person's entry, or None for an unknown person.

        Raises DirectoryUnavailable.
        """

    def cached(self, person: Person) -> Entry | None:
        """Return what `find` would return without waiting, or None if it would wait or does not know the person."""

    async def find_now(self, person: Person) -> Entry | None:
        """Like `find`, but bypasses the cache for the person."""

    async def find_many(self, persons: Iterable[Person]) -> dict[str, Entry | None]:
        """Like `find` for many people, by `Person.ref` (for jobs).

        Raises DirectoryUnavailable if any of them cannot be determined.
        """

    async def lineage(self, group: str) -> frozenset[str] | None:
        """Return the group and its ancestors as full lower-case references, or None for an unknown group.

        Raises DirectoryUnavailable.
        """

    async def titles(self, groups: Collection[str]) -> dict[str, str]:
        """Return the titles of groups by full lower-case reference, without groups that have none.

        Raises DirectoryUnavailable.
        """


def with_parents(groups: Iterable[str], parents: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return the groups and their ancestors. `parents` maps a group to its direct parents; cycles are allowed."""
    found = set(groups)
    unvisited = list(found)
    while unvisited:
        above = set(parents.get(unvisited.pop(), ())) - found
        found |= above
        unvisited.extend(above)
    return frozenset(found)
