"""The policy for the lifetime of a person's keys, which depends on the person's groups and on the team of the key."""

from dataclasses import dataclass

from keydesk.directory.entry import Directory, Entry
from keydesk.kit.people import Person
from keydesk.lifetimes.store import WarningStore
from keydesk.settings import KeyLifetimes, LifetimeRules, RoleLifetimes


@dataclass(frozen=True, slots=True)
class Lifetimes:
    settings: KeyLifetimes
    directory: Directory
    warnings: WarningStore

    async def rules_for(self, person: Person, team_id: str | None) -> LifetimeRules:
        """Return the rules for the person's keys in the team, or without a team.

        Raises DirectoryUnavailable if roles are configured and the person's groups are unknown.
        """
        entry = await self.directory.find(person) if self.settings.roles else None
        return self.rules_of(entry, team_id)

    def rules_of(self, entry: Entry | None, team_id: str | None) -> LifetimeRules:
        """Return the rules for a person's directory entry. Unknown people have no role."""
        return self.settings.combined(self.settings.team_keys if team_id else None, self.role_of(entry))

    def role_of(self, entry: Entry | None) -> RoleLifetimes | None:
        """Return the first role of which the person is a member."""
        if entry is None:
            return None
        return next((role for role in self.settings.roles if role.group in entry.groups), None)
