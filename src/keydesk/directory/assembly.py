"""Makes the directory that a configuration asks for. Opens nothing: the catalog is asked when first needed."""

from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from functools import lru_cache

from keydesk.directory.backstage import BackstageDirectory
from keydesk.directory.cached_catalog import CachedCatalog
from keydesk.directory.catalog import Catalog
from keydesk.directory.entry import Directory, Entry
from keydesk.directory.people_file import PeopleFile, read_people_file
from keydesk.directory.static import StaticDirectory
from keydesk.kit.clock import Clock
from keydesk.kit.entity_refs import full_group_ref
from keydesk.kit.http_client import HttpClient
from keydesk.kit.people import Asserted, Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.settings import Directory as DirectorySettings


def written_directory(settings: DirectorySettings) -> StaticDirectory:
    """The people of the configuration and of its file. Raises PeopleFileError."""
    file = read_people_file(settings.people_file) if settings.people_file else PeopleFile()
    return StaticDirectory([*settings.people, *file.people], file.parents)


def assemble_directory(
    settings: DirectorySettings,
    written: StaticDirectory,
    http_client: HttpClient,
    clock: Clock,
    closing: AsyncExitStack,
) -> Directory:
    """People written down first, then Backstage's catalog or else what tokens say.

    Tokens never stand behind a catalog: they would bring back who has left it.
    """
    if settings.backstage is not None:
        catalog = Catalog(http_client, settings.backstage.base_url, settings.backstage.token)
        backstage = BackstageDirectory(CachedCatalog(catalog, clock))
        closing.push_async_callback(backstage.aclose)
        return Chain(written, backstage)
    return Chain(written, ClaimsDirectory()) if settings.claims else written


class Chain:
    """Two directories as one: people that the first does not know are looked up in the second."""

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


class ClaimsDirectory:
    """What the person's own OpenID token says. Nothing is known of a person without one, such as a job looks up."""

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
            "No directory has information about this user.",
            hint="Sign in with the OpenID Connect provider. Keydesk reads your groups from its token.",
        )
    return _entry(person.ref, said)


@lru_cache(maxsize=10_000)
def _entry(ref: str, said: Asserted) -> Entry:
    """Depends on the arguments alone, so a cached result is never out of date: another token has other claims."""
    return Entry(ref, said.email, said.display_name, frozenset(_group_refs(said.groups)))


def _group_refs(groups: Iterable[str]) -> Iterator[str]:
    """Leave out names that no reference in the configuration could ever be equal to."""
    for group in groups:
        try:
            yield full_group_ref(group)
        except ValueError:
            continue
