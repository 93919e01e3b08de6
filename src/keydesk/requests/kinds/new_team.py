"""A new team, owned by one of the requester's team-admin groups, with the requester as a member."""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import Conflicting
from keydesk.litellm import User
from keydesk.requests.bodies import Approval, NewRequest
from keydesk.requests.kinds.kind import Locked, Members, Permanent, Place, Subject
from keydesk.requests.models import RequestRecord, Terms
from keydesk.teams.models import TeamRequest
from keydesk.teams.team_admin import ApprovedTeam, TeamManagement


@dataclass(frozen=True)
class NewTeam(Permanent):
    """The current value is whether the team exists, and the new one is the terms."""

    management: TeamManagement
    members = Members(frozenset({"team", "max_budget"}), may=frozenset())

    async def subject(self, _user: User, body: NewRequest) -> Subject:
        """Return the id that the team will have, so that an approval whose response was lost creates no second one."""
        return Subject(str(uuid.uuid4()), None, body.team.team_alias if body.team else None)

    async def read(self, place: Place) -> bool:
        return await self.management.gateway.teams.get(place.target_id) is not None

    @asynccontextmanager
    async def locked(self, place: Place) -> AsyncIterator[Locked]:
        """Yield whether the team exists. `write` holds the leases of the group and the name."""

        async def write(by: str, terms: Terms, also: Sequence[Any]) -> None:
            request, requester = _request(terms), Person(place.ref)
            group = await self.management.check_wanted(requester, request)
            members = (place.user_id,)
            team = ApprovedTeam(place.target_id, request, group, requester, Person(by), members, also)
            await self.management.create_approved(team)

        yield Locked(await self.read(place), write)

    async def check_new(self, person: Person, record: RequestRecord) -> None:
        await self.management.check_wanted(person, _request(record.asked))

    def check_now(self, _record: RequestRecord, _terms: Terms, current: bool, _approval: Approval) -> None:
        if current:
            raise Conflicting(message("The team exists already."), hint=message("Decline the request."))


def _request(terms: Terms) -> TeamRequest:
    return TeamRequest(**(terms.team or {}), max_budget=terms.usd)
