"""Decides who may approve or decline a request. Nobody may decide their own, not even with another account."""

from dataclasses import dataclass

from keydesk.auth.group_members import TeamAdmins
from keydesk.directory.entry import Directory, Entry
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import DirectoryUnavailable, NotFound, PolicyRefused
from keydesk.litellm import LiteLLM
from keydesk.requests.models import FirstApproval, RequestRecord
from keydesk.requests.policy import is_approver, is_same_person
from keydesk.settings import Requests
from keydesk.teams.policy import is_owned


@dataclass(frozen=True, slots=True)
class Approvers:
    settings: Requests
    directory: Directory
    admins: TeamAdmins
    gateway: LiteLLM

    async def check(self, person: Person, record: RequestRecord) -> Entry:
        """Return the person's directory entry, as it is now.

        Raises NotFound if the person may not decide, PolicyRefused for an own request, and DirectoryUnavailable.
        """
        entry = await self.directory.find_now(person)
        if entry is None or not await self._may_decide(entry, record):
            raise no_such_request()
        if await self._is_requester(entry, record):
            raise PolicyRefused(
                message("You cannot decide your own request."), hint=message("Ask another approver.")
            )
        return entry

    async def still_counts(self, first: FirstApproval, record: RequestRecord, second: Entry) -> bool:
        """Return whether the first approval counts: its person may still approve, and is not the second one."""
        try:
            entry = await self.directory.find_now(Person(first.by))
        except DirectoryUnavailable:
            # The groups of this person are only in their own token.
            return False
        if entry is None or is_same_person(entry.ref, entry.email, second):
            return False
        return await self._may_decide(entry, record) and not await self._is_requester(entry, record)

    async def can_see(self, person: Person, record: RequestRecord) -> bool:
        """Return whether the person may decide about such requests. False while the directory is unavailable."""
        try:
            entry = await self.directory.find(person)
        except DirectoryUnavailable:
            return False
        return entry is not None and await self._may_decide(entry, record)

    async def teams_of(self, person: Person) -> list[str] | None:
        """Return the ids of the teams about whose keys the person decides, or None for an approver of all requests.

        Raises DirectoryUnavailable.
        """
        entry = await self.directory.find(person)
        if is_approver(entry, self.settings):
            return None
        groups = self.admins.groups_in(entry)
        teams = await self.gateway.teams.list() if groups else []
        return [team.team_id for team in teams if is_owned(team, groups)]

    async def groups_for(self, record: RequestRecord) -> list[str]:
        """Return the groups whose members may decide: those in the settings, and the one that owns the team."""
        groups = [*self.settings.approver_groups]
        if record.team_id is not None and self.admins.groups:
            team = await self.gateway.teams.get(record.team_id)
            groups += [group for group in self.admins.groups if team is not None and is_owned(team, [group])]
        return [*dict.fromkeys(groups)]

    async def _may_decide(self, entry: Entry, record: RequestRecord) -> bool:
        if is_approver(entry, self.settings):
            return True
        groups = self.admins.groups_in(entry)
        if record.team_id is None or not groups:
            return False
        team = await self.gateway.teams.get(record.team_id)
        return team is not None and is_owned(team, groups)

    async def _is_requester(self, entry: Entry, record: RequestRecord) -> bool:
        """Return whether the person made the request, with this account or with another one."""
        try:
            requester = await self.directory.find_now(Person(record.ref))
        except DirectoryUnavailable:
            requester = None
        emails = {record.email, requester.email if requester else None}
        return any(is_same_person(record.ref, email, entry) for email in emails)


def no_such_request() -> NotFound:
    return NotFound(
        message("There is no request with this id."), hint=message("Check the id in your list of requests.")
    )
