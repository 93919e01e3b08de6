"""Whether a person is in one configured group, parents of their groups included."""

from dataclasses import dataclass

import structlog

from keydesk.directory.entry import Directory
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class GroupMembers:
    """`group` is a full lower-case reference; None has no members."""

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
        return entry is not None and self.group in entry.groups
