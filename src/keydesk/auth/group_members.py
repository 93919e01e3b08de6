"""Checks membership in configured groups, including parent groups."""

from dataclasses import dataclass

import structlog

from keydesk.directory.entry import Directory, Entry
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class GroupMembers:
    """Members of `group`, a full lower-case reference. None has no members."""

    group: str | None
    directory: Directory

    async def include(self, person: Person) -> bool:
        """Return whether the person is a member; False while the directory is unavailable."""
        if self.group is None:
            return False
        try:
            entry = await self.directory.find(person)
        except DirectoryUnavailable:
            _log.warning("membership_unknown_without_directory", group=self.group)
            return False
        return self.includes(entry)

    def includes(self, entry: Entry | None) -> bool:
        """Return whether the person of a directory entry is a member."""
        return entry is not None and self.group in entry.groups


@dataclass(frozen=True, slots=True)
class TeamAdmins:
    """Team-admin groups as full lower-case references. Without any, team management is disabled."""

    groups: tuple[str, ...]
    directory: Directory

    async def groups_of(self, person: Person) -> tuple[str, ...]:
        """Return the person's team-admin groups, in the order of the configuration.

        Raises DirectoryUnavailable.
        """
        if not self.groups:
            return ()
        return self.groups_in(await self.directory.find(person))

    def groups_in(self, entry: Entry | None) -> tuple[str, ...]:
        """Return the team-admin groups of the person of a directory entry."""
        return tuple(group for group in self.groups if entry is not None and group in entry.groups)
