"""Teams as the objects of requests."""

from dataclasses import dataclass

from keydesk.auth.group_members import TeamAdmins
from keydesk.kit.messages import message
from keydesk.kit.problems import NotFound
from keydesk.litellm import LiteLLM, Team
from keydesk.teams.policy import is_member, is_owned


@dataclass(frozen=True, slots=True)
class TeamObjects:
    gateway: LiteLLM
    admins: TeamAdmins

    async def find(self, team_id: str) -> Team:
        """Return the team. Raises NotFound."""
        team = await self.gateway.teams.get(team_id)
        if team is None:
            raise _no_such_team()
        return team

    async def member_budget(self, team_id: str, user_id: str) -> tuple[Team, float | None]:
        """Return the team, and the user's own budget in it. Raises NotFound for those who are not members."""
        team = await self.gateway.teams.get(team_id)
        if team is None or not is_member(team, user_id):
            raise NotFound(
                message("You are not a member of a team with this id."),
                hint=message("Choose one of your teams."),
                param="team_id",
            )
        memberships = await self.gateway.teams.memberships(team_id)
        own = (each.max_budget for each in memberships if each.user_id == user_id)
        return team, next(own, None)

    async def open_for_requests(self, team_id: str) -> Team:
        """Return a team that somebody manages. For people, other teams do not exist: raises NotFound."""
        team = await self.find(team_id)
        if not is_owned(team, self.admins.groups):
            raise _no_such_team()
        return team


def _no_such_team() -> NotFound:
    return NotFound(
        message("There is no team with this id that you can join."),
        hint=message("Ask an admin of the team for its id."),
        param="team_id",
    )
