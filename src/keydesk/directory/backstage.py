"""Backstage's catalog as the directory: profiles, groups and parent groups."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from cachetools import LRUCache

from keydesk.directory.cached_catalog import CachedCatalog
from keydesk.directory.catalog import CatalogEntity
from keydesk.directory.entry import Entry, with_parents
from keydesk.kit.entity_refs import full_user_ref
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable

_MAX_LEVELS = 32
_MAX_ENTRIES = 20_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _CachedEntry:
    """A cached entry. It is valid while `user` is fresh in the catalog cache and no group has changed.

    All its groups are fresh until `fresh_until`.
    """

    entry: Entry
    user: CatalogEntity
    group_changes: int
    fresh_until: datetime


class BackstageDirectory:
    """Caches a person's entry for as long as the catalog's entities behind it are fresh."""

    def __init__(self, catalog: CachedCatalog) -> None:
        self._catalog = catalog
        self._cache: LRUCache[str, _CachedEntry] = LRUCache(_MAX_ENTRIES)

    async def find(self, person: Person) -> Entry | None:
        ref = person.ref
        cached = self.cached(person)
        if cached is not None or not _is_valid_ref(ref):
            return cached
        # Read before the groups: a change during the calls below invalidates the cached entry.
        group_changes = self._catalog.group_changes
        user = (await self._catalog.entities([ref]))[ref]
        if user is None:
            return None
        parents = await self._parents(set(user.groups))
        entry = _entry(ref, user, parents)
        fresh_until = self._catalog.clock() + timedelta(seconds=self._catalog.fresh_seconds(parents))
        self._cache[ref] = _CachedEntry(entry, user, group_changes, fresh_until)
        return entry

    def cached(self, person: Person) -> Entry | None:
        ref = person.ref
        cached = self._cache.get(ref)
        if cached is None or self._catalog.clock() >= cached.fresh_until:
            return None
        is_valid = (
            cached.group_changes == self._catalog.group_changes and self._catalog.fresh(ref) is cached.user
        )
        return cached.entry if is_valid else None

    async def find_now(self, person: Person) -> Entry | None:
        if _is_valid_ref(person.ref):
            await self._catalog.refresh(person.ref)
        return await self.find(person)

    async def find_many(self, persons: Iterable[Person]) -> dict[str, Entry | None]:
        refs = {person.ref for person in persons}
        users = await self._catalog.entities([ref for ref in refs if _is_valid_ref(ref)])
        direct = {group for user in users.values() if user is not None for group in user.groups}
        parents = await self._parents(direct)
        return {ref: _entry(ref, user, parents) if (user := users.get(ref)) else None for ref in refs}

    async def lineage(self, group: str) -> frozenset[str] | None:
        found = (await self._catalog.entities([group]))[group]
        if found is None or not found.described:
            return None
        return with_parents([group], await self._parents({group}))

    async def titles(self, groups: Collection[str]) -> dict[str, str]:
        found = await self._catalog.entities(groups)
        return {ref: group.display_name for ref, group in found.items() if group and group.display_name}

    async def aclose(self) -> None:
        """Cancel background work."""
        await self._catalog.aclose()

    async def _parents(self, groups: set[str]) -> dict[str, frozenset[str]]:
        """Return the direct parents of each group and of its ancestors, fetched level by level."""
        parents: dict[str, frozenset[str]] = {}
        level = set(groups)
        for _ in range(_MAX_LEVELS):
            if not level:
                return parents
            for ref, group in (await self._catalog.entities(level)).items():
                parents[ref] = group.groups if group is not None else frozenset()
            level = {parent for ref in level for parent in parents[ref]} - parents.keys()
        # With some groups missing, a person could get the wrong role.
        _log.error("groups_nested_too_deeply", levels=_MAX_LEVELS, examples=sorted(level)[:3])
        raise DirectoryUnavailable(
            message("Your groups are nested more than 32 levels deep."),
            hint=message("Ask the platform team."),
        )


def _entry(ref: str, user: CatalogEntity, parents: dict[str, frozenset[str]]) -> Entry:
    groups = with_parents(user.groups, parents)
    return Entry(ref, user.email, user.display_name, groups, user.cost_center, user.labels)


def _is_valid_ref(ref: str) -> bool:
    """Return whether the reference is valid in the catalog, which compares references in lower case."""
    try:
        return full_user_ref(ref) == ref
    except ValueError:
        return False
