"""One person as the directory knows them, and the interface every directory has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from keydesk.kit.people import Person


@dataclass(frozen=True, slots=True)
class Entry:
    """A person. `groups` holds full lower-case references, parents of groups included."""

    ref: str
    email: str | None = None
    display_name: str | None = None
    groups: frozenset[str] = field(default_factory=frozenset)


class Directory(Protocol):
    async def find(self, person: Person) -> Entry | None:
        """What is known of the person, or None when unknown.

        Raises DirectoryUnavailable when nobody can say.
        """

    async def find_now(self, person: Person) -> Entry | None:
        """As `find`, by what the directory says at this moment and not by what is remembered of the person."""

    async def find_many(self, persons: Iterable[Person]) -> dict[str, Entry | None]:
        """As `find`, for many people at once (jobs), by `Person.ref`.

        Raises DirectoryUnavailable when nobody can say it of any one of them.
        """

    async def lineage(self, group: str) -> frozenset[str] | None:
        """The group and all that stand above it, by full lower-case references; None when unknown.

        Raises DirectoryUnavailable when nobody can say.
        """


def with_parents(groups: Iterable[str], parents: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The groups and all that stand above them. `parents` maps a group to its direct parents; circles end."""
    found = set(groups)
    unvisited = list(found)
    while unvisited:
        above = set(parents.get(unvisited.pop(), ())) - found
        found |= above
        unvisited.extend(above)
    return frozenset(found)
