"""A larger budget of a member in a team. Keydesk sets it and takes it back with plain updates."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from keydesk.audit.models import Action, AuditedTable, Change
from keydesk.audit.service import Audit
from keydesk.kit.messages import message
from keydesk.kit.people import Person
from keydesk.kit.problems import PolicyRefused
from keydesk.litellm import User
from keydesk.requests.bodies import NewRequest
from keydesk.requests.kinds.budgets import Budgets
from keydesk.requests.kinds.kind import Locked, Members, Place, Subject
from keydesk.requests.kinds.teams import TeamObjects
from keydesk.requests.models import RequestRecord
from keydesk.requests.values.amounts import Usd
from keydesk.storage.leases import Leases
from keydesk.teams.team_admin import team_lease


@dataclass(frozen=True)
class MemberBudget(Budgets):
    teams: TeamObjects
    leases: Leases
    audit: Audit
    members = Members(frozenset({"team_id", "max_budget"}))

    async def subject(self, user: User, body: NewRequest) -> Subject:
        team_id = body.team_id or ""
        team, usd = await self.teams.member_budget(team_id, user.user_id)
        # Each member of a team has a grant of their own.
        target_id = f"{team_id}:{quote(user.user_id, safe='')}"
        return Subject(target_id, usd, team.team_alias, team_id)

    async def read(self, place: Place) -> Usd:
        return (await self.teams.member_budget(_team_id(place), place.user_id))[1]

    async def check_new(self, person: Person, record: RequestRecord) -> None:
        if record.before is None:
            raise PolicyRefused(message("You have no budget of your own in this team."), param="team_id")
        await super().check_new(person, record)

    @asynccontextmanager
    async def locked(self, place: Place) -> AsyncIterator[Locked]:
        team_id, user_id = _team_id(place), place.user_id
        async with self.leases.hold(team_lease(team_id)):
            _team, current = await self.teams.member_budget(team_id, user_id)

            async def write(by: str, usd: Usd, also: Sequence[Any]) -> None:
                about = {"team_id": team_id, "user_id": user_id}
                before, after = about | {"max_budget_in_team": current}, about | {"max_budget_in_team": usd}
                change = Change(by, Action.UPDATED, AuditedTable.MEMBERSHIP, team_id, before, after)
                async with self.audit.recording(change) as intent:
                    await self.teams.gateway.teams.update_member(team_id, user_id, max_budget_in_team=usd)
                    intent.also += also

            yield Locked(current, write)


def _team_id(place: Place) -> str:
    return place.target_id.rpartition(":")[0]
