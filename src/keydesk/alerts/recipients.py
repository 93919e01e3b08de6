"""Finds who gets the alerts about a budget."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from keydesk.accounts.policy import ref_of_account
from keydesk.accounts.store import AccountStore
from keydesk.directory.entry import Directory
from keydesk.keys.models import KeyView
from keydesk.keys.owners import owner_of
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable
from keydesk.litellm import Team
from keydesk.teams.policy import MASTER_USER, is_owned

_ADMIN_ROLE = "admin"


@dataclass(frozen=True, slots=True)
class Recipients:
    """`admin_groups` are the team-admin groups, as full references."""

    accounts: AccountStore
    directory: Directory
    admin_groups: Collection[str]
    user_id_domain: str | None

    def of_account(self, user_id: str) -> list[str]:
        """Return the person whose account it is, as an entity reference."""
        ref = ref_of_account(user_id, self.user_id_domain)
        return [ref] if ref else []

    def of_key(self, key: KeyView) -> list[str]:
        """Return who gets the alerts about a key: its owner. The owner of a service key stands for its contacts."""
        if key.user_id:
            return self.of_account(key.user_id)
        owner = owner_of(key)
        return [owner] if owner else []

    def for_one_check(self) -> "TeamRecipients":
        return TeamRecipients(self)


class TeamRecipients:
    """Who gets the alerts about teams during one check. People and their groups are read once, if a team needs them."""

    def __init__(self, recipients: Recipients) -> None:
        self._recipients = recipients
        self._members: dict[str, list[str]] | None = None

    async def of(self, team: Team) -> list[str]:
        """Return the people in the group that owns the team, and the members who are its admins in LiteLLM."""
        owners = [group for group in self._recipients.admin_groups if is_owned(team, [group])]
        found = [ref for group in owners for ref in (await self._members_of_groups()).get(group, ())]
        admins = [member.user_id for member in team.members_with_roles if member.role == _ADMIN_ROLE]
        for user_id in admins:
            if user_id is not None and user_id != MASTER_USER:
                found += self._recipients.of_account(user_id)
        return [*dict.fromkeys(found)]

    async def _members_of_groups(self) -> dict[str, list[str]]:
        """Return the people with an account by group. While the directory is unavailable, nobody is known."""
        if self._members is None:
            self._members = defaultdict(list)
            async for page in self._recipients.accounts.pages():
                await self._add([record.ref for record in page if record.left_at is None], self._members)
        return self._members

    async def _add(self, refs: Collection[str], members: dict[str, list[str]]) -> None:
        try:
            found = await self._recipients.directory.find_many(Person(ref) for ref in refs)
        except DirectoryUnavailable:
            return
        for ref, entry in found.items():
            for group in self._recipients.admin_groups:
                if entry is not None and group in entry.groups:
                    members[group].append(ref)
