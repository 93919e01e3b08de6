"""The directory of installations with an OpenID provider only: what a person's own token said of them."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from keydesk.directory.entry import Entry
from keydesk.kit.entity_refs import full_group_ref
from keydesk.kit.people import Asserted, Person
from keydesk.kit.problems import DirectoryUnavailable


class ClaimsDirectory:
    """Remembers nobody: of a person who did not come with such a token (a job asks, say) nobody can tell."""

    async def find(self, person: Person) -> Entry | None:
        return _asserted(person)

    async def find_now(self, person: Person) -> Entry | None:
        return await self.find(person)

    async def find_many(self, persons: Iterable[Person]) -> dict[str, Entry | None]:
        return {person.ref: _asserted(person) for person in persons}

    async def lineage(self, group: str) -> frozenset[str] | None:
        """Any group may exist, and none is known to stand above another."""
        return frozenset({group})


def _asserted(person: Person) -> Entry:
    said = person.asserted
    if said is None:
        raise DirectoryUnavailable(
            "There is no directory to look this person up in.",
            hint="Sign in with the OpenID provider: its token says who you are.",
        )
    return _entry(person.ref, said)


@lru_cache(maxsize=10_000)
def _entry(ref: str, said: Asserted) -> Entry:
    """Depend on the arguments alone, so that a kept result is never out of date: another token says something else."""
    return Entry(ref, said.email, said.display_name, frozenset(_group_refs(said.groups)))


def _group_refs(groups: Iterable[str]) -> Iterator[str]:
    """Leave out names that no reference in the configuration could ever be equal to."""
    for group in groups:
        try:
            yield full_group_ref(group)
        except ValueError:
            continue
