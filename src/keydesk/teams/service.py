"""The teams a person belongs to."""

import asyncio
from dataclasses import dataclass

from keydesk.litellm import LiteLLM, Team, User
from keydesk.problems import NotFound
from keydesk.settings import Display
from keydesk.teams.models import TeamView
from keydesk.teams.policy import is_member, team_view


@dataclass(frozen=True, slots=True)
class Teams:
    gateway: LiteLLM
    display: Display

    async def of(self, user: User) -> list[TeamView]:
        """The user's teams by name, as members are shown them."""
        listed = await self.gateway.teams.list(user_id=user.user_id)
        joined = [team for team in listed if is_member(team, user.user_id)]
        teams = await asyncio.gather(*(self._whole(team) for team in joined))
        views = [team_view(team, hide_budget=self.display.hide_team_budget_for_members) for team in teams]
        return sorted(views, key=lambda view: (view.team_alias or "").casefold())

    async def _whole(self, team: Team) -> Team:
        """LiteLLM's lists do not tell the vector stores and MCP servers of teams that have any (None)."""
        if team.object_permission is not None:
            return team
        return await self.gateway.teams.get(team.team_id) or team

    async def joined(self, user: User, team_id: str) -> Team:
        """The team, if the user is a member. Raises NotFound, the same for unknown teams and those of others."""
        team = await self.gateway.teams.get(team_id)
        if team is None or not is_member(team, user.user_id):
            raise NotFound("You are in no team with this id.", param="team_id")
        return team
