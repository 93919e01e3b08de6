"""Builds the directory from the settings. Opens no connection: the catalog is called on first use."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import AsyncExitStack
from functools import lru_cache

from keydesk.directory.backstage import BackstageDirectory
from keydesk.directory.cached_catalog import CachedCatalog
from keydesk.directory.catalog import Annotations, Catalog
from keydesk.directory.entry import Directory, Entry
from keydesk.directory.static import StaticDirectory
from keydesk.kit.clock import Clock
from keydesk.kit.entity_refs import full_group_ref
from keydesk.kit.http_client import HttpClient
from keydesk.kit.messages import message
from keydesk.kit.people import Asserted, Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.settings import Directory as DirectorySettings
from keydesk.settings.people_file import PeopleFile, read_people_file


def static_directory(settings: DirectorySettings) -> StaticDirectory:
    """Return the people from the configuration and its people file. Raises PeopleFileError."""
    file = read_people_file(settings.people_file) if settings.people_file else PeopleFile()
    return StaticDirectory([*settings.people, *file.people], file.parents)


def assemble_directory(
    settings: DirectorySettings,
    static: StaticDirectory,
    http_client: HttpClient,
    clock: Clock,
    closing: AsyncExitStack,
) -> Directory:
    """Return the static directory, followed by Backstage's catalog or by the claims of tokens.

    Claims are never a fallback for a catalog: a person who was removed from it could then still sign in.
    """
    if settings.backstage is not None:
        backstage = settings.backstage
        annotations = Annotations(backstage.cost_center_annotation, backstage.label_annotations)
        catalog = Catalog(http_client, backstage.base_url, backstage.token, annotations)
        from_catalog = BackstageDirectory(CachedCatalog(catalog, clock))
        closing.push_async_callback(from_catalog.aclose)
        return Chain(static, from_catalog)
    return Chain(static, ClaimsDirectory()) if settings.claims else static


class Chain:
    """Combines two directories: people missing in the first are looked up in the second."""

    def __init__(self, first: Directory, second: Directory) -> None:
        self._first = first
        self._second = second

    async def find(self, person: Person) -> Entry | None:
        return await self._first.find(person) or await self._second.find(person)

    def cached(self, person: Person) -> Entry | None:
        return self._first.cached(person) or self._second.cached(person)

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

    async def titles(self, groups: Collection[str]) -> dict[str, str]:
        return await self._second.titles(groups) | await self._first.titles(groups)


class ClaimsDirectory:
    """Reads people from the claims of their tokens. Raises DirectoryUnavailable without a token, such as in jobs."""

    async def find(self, person: Person) -> Entry | None:
        return _entry_of_claims(person)

    def cached(self, person: Person) -> Entry | None:
        asserted = person.asserted
        return None if asserted is None else _entry(person.ref, asserted)

    async def find_now(self, person: Person) -> Entry | None:
        return await self.find(person)

    async def find_many(self, persons: Iterable[Person]) -> dict[str, Entry | None]:
        return {person.ref: _entry_of_claims(person) for person in persons}

    async def lineage(self, group: str) -> frozenset[str] | None:
        """Return the group alone: claims contain no group hierarchy."""
        return frozenset({group})

    async def titles(self, groups: Collection[str]) -> dict[str, str]:  # noqa: ARG002 - the interface's
        """Return nothing: claims contain no titles."""
        return {}


def _entry_of_claims(person: Person) -> Entry:
    asserted = person.asserted
    if asserted is None:
        raise DirectoryUnavailable(
            message("No directory has information about this user."),
            hint=message(
                "Sign in with the OpenID Connect provider. Keydesk reads your groups from its token."
            ),
        )
    return _entry(person.ref, asserted)


@lru_cache(maxsize=10_000)
def _entry(ref: str, asserted: Asserted) -> Entry:
    """Depends on the arguments only, so a cached result is never outdated: another token has other claims."""
    groups = frozenset(_group_refs(asserted.groups))
    return Entry(ref, asserted.email, asserted.display_name, groups, asserted.cost_center, asserted.labels)


def _group_refs(groups: Iterable[str]) -> Iterator[str]:
    """Omit names that are not valid in references, because no configured group can match them."""
    for group in groups:
        try:
            yield full_group_ref(group)
        except ValueError:
            continue
