"""Who manages teams: the members of the configured groups. Which team is whose is not known here."""

from dataclasses import dataclass

from keydesk.directory.entry import Directory
from keydesk.kit.people import Person


@dataclass(frozen=True, slots=True)
class TeamAdmins:
    """`groups` are full lower-case references; without any, team management is off and nobody manages."""

    groups: tuple[str, ...]
    directory: Directory

    async def groups_of(self, person: Person) -> tuple[str, ...]:
        """The team-admin groups the person is in, parents included, in the order of the configuration.

        Raises DirectoryUnavailable when nobody can say: then nobody manages anything.
        """
        if not self.groups:
            return ()
        entry = await self.directory.find(person)
        return tuple(group for group in self.groups if entry is not None and group in entry.groups)
