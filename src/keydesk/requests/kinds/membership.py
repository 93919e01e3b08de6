"""Membership of a team. It is permanent: LiteLLM deletes the keys of a member who is removed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting, PolicyRefused
from keydesk.litellm import User
from keydesk.requests.bodies import Approval, NewRequest
from keydesk.requests.kinds.kind import Locked, Members, Permanent, Place, Subject
from keydesk.requests.kinds.teams import TeamObjects
from keydesk.requests.models import RequestRecord, Terms
from keydesk.teams.members import TeamMembers
from keydesk.teams.models import MemberRequest
from keydesk.teams.policy import is_member


@dataclass(frozen=True)
class TeamMembership(Permanent):
    """The current value is whether the person is a member, and the new one is the terms."""

    teams: TeamObjects
    team_members: TeamMembers
    members = Members(frozenset({"team_id"}), may=frozenset({"max_budget"}))

    async def subject(self, user: User, body: NewRequest) -> Subject:
        team = await self.teams.open_for_requests(body.team_id or "")
        if is_member(team, user.user_id):
            raise Conflicting(message("You are a member of this team already."), param="team_id")
        if team.blocked:
            raise PolicyRefused(message("This team is blocked."), param="team_id")
        return Subject(team.team_id, None, team.team_alias, team.team_id)

    async def read(self, place: Place) -> bool:
        return is_member(await self.teams.find(place.target_id), place.user_id)

    @asynccontextmanager
    async def locked(self, place: Place) -> AsyncIterator[Locked]:
        """Yield the membership. `write` holds the lease of the team itself."""

        async def write(by: str, terms: Terms, also: Sequence[Any]) -> None:
            member = MemberRequest(userEntityRef=place.ref, maxBudgetInTeam=terms.usd)
            await self.team_members.add_approved(Person(by), place.target_id, member, also)

        yield Locked(await self.read(place), write)

    async def check_new(self, _person: Person, record: RequestRecord) -> None:
        """Everything is checked with the team, in `subject`."""

    def check_now(self, _record: RequestRecord, _terms: Terms, current: bool, _approval: Approval) -> None:
        if current:
            raise Conflicting(
                message("This person is a member of the team already."), hint=message("Decline the request.")
            )
